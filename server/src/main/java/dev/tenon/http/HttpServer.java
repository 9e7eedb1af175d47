package dev.tenon.http;

import dev.tenon.connector.http.Networks;
import dev.tenon.id.Ids;
import io.helidon.common.tls.Tls;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP edge: listens, routes, and answers for its own health.
///
/// It adds [OwnRoutes] to the routes that the features declare.
public final class HttpServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);
  private static final int HEADER_BYTES_MAX = 32 * 1024;
  private static final int PROLOGUE_BYTES_MAX = 8 * 1024;
  private static final Duration IDLE_MAX = Duration.ofSeconds(75);
  private static final int CONNECTIONS_MAX = 20_000;

  private final Settings settings;
  private final PublicUrl publicUrl;
  private final Dispatcher dispatcher;
  private final WebServer server;
  private final AtomicBoolean closing = new AtomicBoolean();

  /// Where and how it listens.
  ///
  /// @param port 0 picks a free one
  /// @param drainMax how long requests under way may take to end when it stops
  /// @param tls the certificate to show; without one it speaks plain HTTP, and only to this machine
  ///   and to trusted proxies
  /// @param trustedProxies who may say for whom they speak
  /// @param keyLimits how much one API key may ask; none where nothing limits it
  /// @param bodies how much of bodies may be read at once, and how slowly
  public record Settings(
      String host,
      int port,
      Duration drainMax,
      Optional<SSLContext> tls,
      Networks trustedProxies,
      Optional<KeyLimit> keyLimits,
      Bodies.Limits bodies) {

    /// With the usual limits for bodies, but so many bytes.
    public Settings(
        String host,
        int port,
        Duration drainMax,
        Optional<SSLContext> tls,
        Networks trustedProxies,
        Optional<KeyLimit> keyLimits,
        long bodiesBytesMax) {
      this(
          host,
          port,
          drainMax,
          tls,
          trustedProxies,
          keyLimits,
          Bodies.Limits.DEFAULT.withBytesMax(bodiesBytesMax));
    }

    /// Plain HTTP, no proxy, no limit for keys.
    public Settings(String host, int port, Duration drainMax) {
      this(
          host,
          port,
          drainMax,
          Optional.empty(),
          Networks.NONE,
          Optional.empty(),
          Bodies.Limits.DEFAULT);
    }
  }

  /// How much one API key may ask of this node.
  ///
  /// @param perSecond requests a second, on and on
  /// @param burst requests at once after a rest
  public record KeyLimit(int perSecond, int burst, InstantSource clock) {}

  private HttpServer(
      Settings settings,
      PublicUrl publicUrl,
      Gate gate,
      Ids ids,
      Routes routes,
      Map<String, BooleanSupplier> checks,
      PrometheusMeterRegistry meters) {
    this.settings = settings;
    this.publicUrl = publicUrl;
    new OwnRoutes(new TreeMap<>(checks), closing::get, gate, publicUrl).declare(routes, meters);
    List<Route> all = routes.all();
    this.dispatcher = new Dispatcher(new RouteTree(all), gate, ids, publicUrl, meters, settings);
    int bodyBytesMax = all.stream().mapToInt(route -> route.bodyBytesMax).max().orElse(0);
    var listener = WebServer.builder();
    settings
        .tls()
        .ifPresent(
            context ->
                listener.tls(
                    Tls.builder()
                        .sslContext(context)
                        .enabledProtocols(List.of("TLSv1.3", "TLSv1.2"))
                        .build()));
    this.server =
        listener
            .host(settings.host())
            .port(settings.port())
            .shutdownHook(false)
            .shutdownGracePeriod(settings.drainMax())
            .idleConnectionTimeout(IDLE_MAX)
            .maxTcpConnections(CONNECTIONS_MAX)
            // A backstop: the routes' own limits come first. What is beyond this is cut off in the
            // middle, which may take the answer from its sender.
            .maxPayloadSize(bodyBytesMax + (long) Bodies.LINGER_BYTES_MAX)
            .addProtocol(
                Http1Config.builder()
                    .maxHeadersSize(HEADER_BYTES_MAX)
                    .maxPrologueLength(PROLOGUE_BYTES_MAX)
                    .build())
            .directHandlers(directHandlers(ids))
            .routing(HttpRouting.builder().any(dispatcher))
            .build();
  }

  /// Builds the server; it listens from [#start] on.
  ///
  /// @param checks what readiness depends on, by name; each answers fast and throws nothing
  public static HttpServer create(
      Settings settings,
      PublicUrl publicUrl,
      Gate gate,
      Ids ids,
      Routes routes,
      Map<String, BooleanSupplier> checks,
      PrometheusMeterRegistry meters) {
    return new HttpServer(settings, publicUrl, gate, ids, routes, checks, meters);
  }

  /// The address can't be listened on.
  public static final class NotListeningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotListeningException(String message) {
      super(message);
    }
  }

  /// Listens. Afterwards [#port] and the public address are known. Throws [NotListeningException]
  /// when another program has the port.
  public HttpServer start() {
    dispatcher.start();
    server.start();
    // Where the port is taken, Helidon says so in its log and returns.
    if (!server.isRunning()) {
      throw new NotListeningException(
          "can't listen on %s:%d; another program may have the port. Choose one with --port, or let it choose with --port 0"
              .formatted(settings.host(), settings.port()));
    }
    String scheme = settings.tls().isPresent() ? "https" : "http";
    publicUrl.setIfUnknown("%s://%s:%d".formatted(scheme, reachableHost(), server.port()));
    log.info("listening on {}:{} ({})", settings.host(), server.port(), scheme);
    return this;
  }

  private String reachableHost() {
    return switch (settings.host()) {
      case "0.0.0.0", "::" -> "127.0.0.1";
      case String host when host.indexOf(':') >= 0 -> "[" + host + "]";
      case String host -> host;
    };
  }

  /// The port it listens on.
  public int port() {
    return server.port();
  }

  /// From now on not ready, while requests are still answered: the first step of a stop, so that a
  /// balancer sends the next ones elsewhere.
  public void drain() {
    closing.set(true);
    dispatcher.drain();
  }

  /// Stops: not ready, no new connections, then waits for the requests under way, at most as long
  /// as the settings allow. May be called twice.
  @Override
  public void close() {
    drain();
    if (server.isRunning()) {
      server.stop();
      int left = dispatcher.inFlight();
      if (left > 0) {
        log.warn("stopped with {} requests under way", left);
      }
    }
    dispatcher.stop();
  }

  /// Requests that are refused before they can be routed get a problem as well.
  private DirectHandlers directHandlers(Ids ids) {
    DirectHandler handler =
        (_, type, status, headers, _) -> {
          String id = dev.tenon.id.Ids.write(dev.tenon.id.Prefix.REQUEST, ids.next());
          ProblemCode code = refusal(status.code());
          byte[] body = Json.write(Problem.of(new ProblemException(code), publicUrl, id));
          return DirectHandler.TransportResponse.builder()
              .status(io.helidon.http.Status.create(code.status()))
              .headers(headers)
              .header(HeaderNames.CONTENT_TYPE, "application/problem+json")
              .header(Dispatcher.REQUEST_ID, id)
              .keepAlive(type.keepAlive())
              .entity(body)
              .build();
        };
    var handlers = DirectHandlers.builder();
    for (DirectHandler.EventType type : DirectHandler.EventType.values()) {
      handlers.addHandler(type, handler);
    }
    return handlers.build();
  }

  private static ProblemCode refusal(int status) {
    if (status == 503) {
      return ProblemCode.SERVER_BUSY;
    }
    if (status >= 500 && status != 505) {
      return ProblemCode.SERVER_ERROR;
    }
    return switch (status) {
      case 413 -> ProblemCode.REQUEST_TOO_LARGE;
      case 414 -> ProblemCode.REQUEST_URI_TOO_LONG;
      case 431 -> ProblemCode.REQUEST_HEADERS_TOO_LARGE;
      default -> ProblemCode.REQUEST_MALFORMED;
    };
  }
}
