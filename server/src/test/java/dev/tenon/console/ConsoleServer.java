package dev.tenon.console;

import dev.tenon.access.Caller;
import dev.tenon.http.Gate;
import dev.tenon.http.HttpServer;
import dev.tenon.http.PublicUrl;
import dev.tenon.http.Routes;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The console over a fixture's rows, on a port of its own.
final class ConsoleServer implements AutoCloseable {
  private final ConsoleFixture fixture;
  private final PublicUrl publicUrl = PublicUrl.late();
  private final HttpServer server;

  ConsoleServer(ConsoleFixture fixture) {
    this.fixture = fixture;
    var routes = new Routes(65536);
    ConsoleRoutes.declare(routes, fixture.sessions, fixture.needs(publicUrl));
    server =
        HttpServer.create(
                new HttpServer.Settings("127.0.0.1", 0, Duration.ofSeconds(1)),
                publicUrl,
                new NobodysGate(),
                new Ids(fixture.clock),
                routes,
                Map.of(),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
            .start();
  }

  /// The address of a path.
  String at(String path) {
    return publicUrl.at(path);
  }

  /// A new one-time log-in address.
  String login(TenantId scope) {
    return ConsoleRoutes.address(publicUrl, fixture.sessions.createLogin(scope, "test"));
  }

  @Override
  public void close() {
    server.close();
  }

  /// Knows no key.
  private static final class NobodysGate implements Gate {
    @Override
    public Optional<Caller> authenticate(String key) {
      return Optional.empty();
    }

    @Override
    public boolean exists(TenantId tenant) {
      return false;
    }
  }
}
