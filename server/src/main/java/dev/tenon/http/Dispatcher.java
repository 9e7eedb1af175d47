package dev.tenon.http;

import dev.tenon.access.Caller;
import dev.tenon.access.Scope;
import dev.tenon.connector.http.Networks;
import dev.tenon.db.DatabaseTrouble;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.log.LogField;
import dev.tenon.tenant.TenantId;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.HttpException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes every request: finds its route, checks its authority before anything of it is parsed, runs
/// it, and turns whatever goes wrong into a problem. Messages of exceptions stay in the log.
final class Dispatcher implements Handler {
  private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
  static final HeaderName REQUEST_ID = HeaderNames.create("Tenon-Request-Id");
  private static final String BEARER = "Bearer ";

  /// What a balancer may ask in the open: it carries nothing and tells next to nothing.
  private static final Set<String> OPEN_PATHS = Set.of("/livez", "/readyz");

  private final RouteTree routes;
  private final Gate gate;
  private final Ids ids;
  private final PublicUrl publicUrl;
  private final MeterRegistry meters;
  private final Networks trusted;
  private final boolean tls;
  private final Bodies bodies;
  private final Optional<KeyLimits> limits;
  private final ConcurrentHashMap<Measured, Timer> timers = new ConcurrentHashMap<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicBoolean draining = new AtomicBoolean();

  private record Measured(String method, String route, int status) {}

  Dispatcher(
      RouteTree routes,
      Gate gate,
      Ids ids,
      PublicUrl publicUrl,
      MeterRegistry meters,
      HttpServer.Settings settings) {
    this.trusted = settings.trustedProxies();
    this.tls = settings.tls().isPresent();
    this.bodies = new Bodies(settings.bodies());
    this.limits = settings.keyLimits().map(KeyLimits::new);
    this.routes = routes;
    this.gate = gate;
    this.ids = ids;
    this.publicUrl = publicUrl;
    this.meters = meters;
    meters.gauge("http.server.requests.active", inFlight);
  }

  void start() {
    bodies.start();
  }

  void stop() {
    bodies.close();
  }

  int inFlight() {
    return inFlight.get();
  }

  /// From now on every answer closes its connection, so that clients go elsewhere.
  void drain() {
    draining.set(true);
  }

  @Override
  public void handle(ServerRequest request, ServerResponse response) {
    long start = System.nanoTime();
    String id = Ids.write(Prefix.REQUEST, ids.next());
    inFlight.incrementAndGet();
    LogField.REQUEST.set(id);
    response.header(REQUEST_ID, id);
    if (draining.get()) {
      response.header(HeaderNames.CONNECTION, "close");
    }
    Route route = null;
    Bodies.Hold hold = bodies.new Hold();
    String method = request.prologue().method().text();
    try {
      RouteTree.Match match = routes.find(request.prologue().uriPath().rawPathNoParams());
      if (match == null) {
        throw ProblemException.notFound();
      }
      route = match.methods().get(method);
      if (route == null) {
        response.header(HeaderNames.ALLOW, String.join(", ", match.methods().keySet()));
        throw new ProblemException(ProblemCode.REQUEST_METHOD_NOT_ALLOWED);
      }
      Origin origin = Origin.of(request, trusted, tls);
      if (!origin.closed() && !OPEN_PATHS.contains(route.path)) {
        throw new ProblemException(ProblemCode.ACCESS_HTTPS_REQUIRED);
      }
      route.invocation.run(authorised(request, response, route, match, id, origin, hold));
    } catch (CloseConnectionException e) {
      throw e;
    } catch (RuntimeException e) {
      answer(response, id, problem(e));
      if (hold.refused()) {
        hold.linger();
        throw new CloseConnectionException("the rest of a refused body was not read");
      }
    } finally {
      hold.release();
      LogField.clearAll();
      inFlight.decrementAndGet();
      timer(method, route, response.status().code())
          .record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
    }
  }

  private Request authorised(
      ServerRequest request,
      ServerResponse response,
      Route route,
      RouteTree.Match match,
      String id,
      Origin origin,
      Bodies.Hold hold) {
    Caller caller = null;
    TenantId tenant = null;
    if (route.scope.isPresent()) {
      caller = caller(request, origin);
      LogField.TENANT.set(caller.tenant().toString());
      if (limits.isPresent()) {
        limits.get().take(caller.key(), response);
      }
      if (route.tenantIndex >= 0) {
        tenant = tenant(caller, match.values().get(route.tenantIndex));
        LogField.TENANT.set(tenant.toString());
      }
      Scope scope = route.scope.get();
      if (!caller.may(scope)) {
        throw new ProblemException(
            ProblemCode.ACCESS_SCOPE_MISSING,
            "The key lacks the scope `%s`.".formatted(scope.text()),
            scope.text());
      }
      if (!route.raw()) {
        refuseUnknownQuery(request, route);
      }
    }
    return new Request(request, response, route, match.values(), id, caller, tenant, origin, hold);
  }

  private Caller caller(ServerRequest request, Origin origin) {
    String header = request.headers().first(HeaderNames.AUTHORIZATION).orElse("");
    if (header.isEmpty()) {
      throw new ProblemException(ProblemCode.ACCESS_KEY_MISSING);
    }
    if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw new ProblemException(ProblemCode.ACCESS_KEY_INVALID);
    }
    return gate.authenticate(header.substring(BEARER.length()).strip())
        .orElseThrow(
            () -> {
              log.info("refused an API key from {}", origin.client().getHostAddress());
              return new ProblemException(ProblemCode.ACCESS_KEY_INVALID);
            });
  }

  /// One answer for "not yours" and "not there": which of the two it is, is nobody's business.
  private TenantId tenant(Caller caller, String text) {
    return TenantId.parse(text)
        .filter(caller::reaches)
        .filter(tenant -> tenant.equals(caller.tenant()) || gate.exists(tenant))
        .orElseThrow(ProblemException::notFound);
  }

  private static void refuseUnknownQuery(ServerRequest request, Route route) {
    if (!request.prologue().hasQuery()) {
      return;
    }
    for (String name : request.query().names()) {
      if (route.queries.stream().noneMatch(query -> query.name().equals(name))) {
        throw new ProblemException(
            ProblemCode.REQUEST_INVALID_QUERY,
            "There is no query parameter `%s` here.".formatted(name),
            name);
      }
    }
  }

  /// The one place where an exception becomes an answer.
  private static ProblemException problem(RuntimeException e) {
    return switch (e) {
      case ProblemException problem -> problem;
      case HttpException http when http.status().code() < 500 ->
          new ProblemException(
              http.status().code() == 413
                  ? ProblemCode.REQUEST_TOO_LARGE
                  : ProblemCode.REQUEST_MALFORMED);
      case UncheckedIOException io -> {
        log.info("the body did not arrive: {}", io.getMessage());
        yield new ProblemException(ProblemCode.REQUEST_TIMEOUT);
      }
      case RuntimeException away when DatabaseTrouble.isPassing(away) -> {
        log.warn("the database does not answer, or not in time: {}", away.getMessage());
        yield new ProblemException(ProblemCode.SERVER_BUSY);
      }
      case RuntimeException unfit when DatabaseTrouble.isUnfit(unfit) -> {
        // Reading it should have refused it and named the field: a hole in our checks, or our
        // fault.
        log.error("the database refused a value that got that far", unfit);
        yield new ProblemException(
            ProblemCode.REQUEST_MALFORMED, "A value in this request can't be stored.");
      }
      default -> {
        log.error("a request failed", e);
        yield new ProblemException(ProblemCode.SERVER_ERROR);
      }
    };
  }

  private void answer(ServerResponse response, String id, ProblemException problem) {
    if (response.isSent()) {
      return;
    }
    int status = problem.code().status();
    if (status == 401) {
      response.header(HeaderNames.WWW_AUTHENTICATE, "Bearer");
    } else if (status == 503 && !response.headers().contains(HeaderNames.RETRY_AFTER)) {
      response.header(HeaderNames.RETRY_AFTER, retryAfter(problem));
    }
    response.status(status);
    response.header(HeaderNames.CONTENT_TYPE, "application/problem+json");
    response.header(HeaderNames.CACHE_CONTROL, "no-store");
    response.send(Json.write(Problem.of(problem, publicUrl, id)));
  }

  /// Seconds: what a provider asks for, where it is its doing.
  private static String retryAfter(ProblemException problem) {
    ProviderAnswer provider = problem.provider();
    return provider == null || provider.retryAfterSeconds() == null
        ? "1"
        : provider.retryAfterSeconds().toString();
  }

  private Timer timer(String method, @Nullable Route route, int status) {
    // An unknown path or method is one label: anybody could make up any number of them.
    var measured =
        route == null
            ? new Measured("other", "unmatched", status)
            : new Measured(method, route.path, status);
    Timer known = timers.get(measured);
    return known != null ? known : timers.computeIfAbsent(measured, this::newTimer);
  }

  private Timer newTimer(Measured measured) {
    return Timer.builder("http.server.requests")
        .description("Requests by route and status")
        .tags(
            io.micrometer.core.instrument.Tags.of(
                "method", measured.method(),
                "route", measured.route(),
                "status", Integer.toString(measured.status())))
        .serviceLevelObjectives(
            Duration.ofMillis(5),
            Duration.ofMillis(25),
            Duration.ofMillis(100),
            Duration.ofMillis(500),
            Duration.ofSeconds(2))
        .register(meters);
  }
}
