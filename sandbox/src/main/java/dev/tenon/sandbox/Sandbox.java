package dev.tenon.sandbox;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http1.Http1Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs simulators, each on its own loopback port.
///
/// With a data directory they remember what happened, whether they are closed or killed.
public final class Sandbox implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sandbox.class);

  /// Enough for the largest email with attachments that a provider takes.
  private static final long BODY_BYTES_MAX = 40L * 1024 * 1024;

  private final SandboxSettings settings;
  private final Journals journals;

  /// Read by requests while others open or close.
  private final List<Running> running = new CopyOnWriteArrayList<>();

  private Sandbox(SandboxSettings settings) {
    this.settings = settings;
    this.journals = new Journals(settings.directory());
  }

  /// Opens a port for every simulator.
  ///
  /// @throws IllegalArgumentException when two simulators have one name
  /// @throws IllegalStateException when a port is taken; those already open are closed
  public static Sandbox start(List<? extends Simulator> simulators, SandboxSettings settings) {
    Sandbox sandbox = new Sandbox(settings);
    try {
      for (Simulator simulator : simulators) {
        if (sandbox.running.stream().anyMatch(r -> r.simulator.name().equals(simulator.name()))) {
          throw new IllegalArgumentException("two simulators are named " + simulator.name());
        }
        sandbox.running.add(sandbox.open(simulator));
      }
      return sandbox;
    } catch (RuntimeException e) {
      sandbox.close();
      throw e;
    }
  }

  private Running open(Simulator simulator) {
    AtomicReference<URI> address = new AtomicReference<>();
    Faults faults = new Faults();
    Journal journal = journals.get(simulator.name());
    Webhooks webhooks = new Webhooks(settings.clock(), faults, settings.webhookRetries(), journal);
    SimulatorContext context =
        new SimulatorContext(
            settings.clock(),
            faults,
            webhooks,
            journal,
            journals::get,
            () -> {
              URI url = address.get();
              if (url == null) {
                throw new IllegalStateException(simulator.name() + " has no port yet");
              }
              return url;
            });
    FaultFilter filter = new FaultFilter(simulator, faults);
    HttpRouting.Builder routing = HttpRouting.builder().addFilter(filter);
    ControlRoutes.add(routing, simulator, context, this::urls);
    simulator.routing(routing, context);
    int port = settings.ports().getOrDefault(simulator.name(), 0);
    WebServer server =
        WebServer.builder()
            .address(InetAddress.getLoopbackAddress())
            .port(port)
            .maxPayloadSize(BODY_BYTES_MAX)
            .shutdownHook(false)
            // SDKs write a[0]=b into the query as it is, and the strict reading would refuse that.
            .addProtocol(Http1Config.builder().validatePrologue(false).build())
            .routing(routing)
            .build();
    // Asked first: a server whose port is taken fills the log, and returns from its start.
    if (!isFree(port)) {
      webhooks.close();
      throw cannotOpen(simulator, port);
    }
    server.start();
    if (!server.isRunning()) {
      webhooks.close();
      throw cannotOpen(simulator, port);
    }
    address.set(URI.create("http://127.0.0.1:" + server.port()));
    simulator.started(context);
    webhooks.resume();
    // Whoever starts a sandbox says where it is in words of their own.
    log.debug("{} simulator at {}", simulator.title(), context.url());
    return new Running(simulator, context, server, filter);
  }

  private static boolean isFree(int port) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static IllegalStateException cannotOpen(Simulator simulator, int port) {
    return new IllegalStateException(
        "The " + simulator.name() + " simulator cannot open port " + port + ".");
  }

  /// Base URL of each simulator by name, in the order they were given.
  public Map<String, URI> urls() {
    Map<String, URI> urls = new LinkedHashMap<>();
    running.forEach(r -> urls.put(r.simulator.name(), r.context.url()));
    return urls;
  }

  /// Base URL of one simulator, without a trailing slash.
  public URI url(String name) {
    return get(name).context.url();
  }

  /// The faults of one simulator.
  public Faults faults(String name) {
    return get(name).context.faults();
  }

  /// The webhooks that one simulator sent.
  public Webhooks webhooks(String name) {
    return get(name).context.webhooks();
  }

  private Running get(String name) {
    return running.stream()
        .filter(r -> r.simulator.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no simulator is named " + name));
  }

  @Override
  public void close() {
    for (Running r : running.reversed()) {
      r.filter.release();
      r.server.stop();
      r.context.webhooks().close();
      r.simulator.close();
    }
    running.clear();
    journals.close();
  }

  private record Running(
      Simulator simulator, SimulatorContext context, WebServer server, FaultFilter filter) {}
}
