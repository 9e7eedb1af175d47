package dev.tenon.sandbox;

import io.helidon.webserver.http.HttpRouting;
import java.util.List;

/// One stand-in provider. It gets a loopback port of its own, since some SDKs take a host and a
/// port but no path.
///
/// The [Sandbox] adds to every simulator: an index page at `/`, faults at `/_sandbox/faults` and
/// the log of webhook deliveries at `/_sandbox/deliveries`. A simulator must do its work before it
/// sends the answer, because the fault "time out after accepting" cuts the connection at that
/// moment. For the same reason what it remembers goes to its [Journal] before the answer: who was
/// answered finds it again after a kill.
public interface Simulator extends AutoCloseable {
  /// Lower-case word, unique in a sandbox: `stripe`, `postmark`.
  String name();

  /// How people call the provider: `Stripe`.
  String title();

  /// Adds the routes of the provider's API and of its pages.
  void routing(HttpRouting.Builder routing, SimulatorContext context);

  /// Called once the port is open, so that `context.url()` is known; also before any request.
  default void started(SimulatorContext context) {}

  /// Whether faults apply to this path. Pages and control endpoints are spared.
  default boolean isProviderApi(String path) {
    return !path.equals("/") && !path.startsWith("/_sandbox/");
  }

  /// The provider's own error body for an injected status.
  default String faultBody(int status) {
    return "{\"error\":\"injected by the sandbox\",\"status\":" + status + "}";
  }

  /// What the index page lists under the name of the simulator.
  default List<Link> links() {
    return List.of();
  }

  @Override
  default void close() {}

  /// One line of the index page. `path` may be absolute or relative to the simulator.
  record Link(String path, String text) {}
}
