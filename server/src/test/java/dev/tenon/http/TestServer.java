package dev.tenon.http;

import dev.tenon.ApiTruth;
import dev.tenon.access.ApiKeyRoutes;
import dev.tenon.access.ApiKeys;
import dev.tenon.access.Caller;
import dev.tenon.access.Scope;
import dev.tenon.connection.ConnectionRoutes;
import dev.tenon.connection.Connections;
import dev.tenon.connection.ProviderKind;
import dev.tenon.connector.http.Networks;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.TenantRoutes;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/// The real server on a free port with a real database, and a client to call it with.
public final class TestServer implements AutoCloseable {
  private final TestDatabase testDatabase = TestDatabase.fresh();
  private final HttpClient client = HttpClient.newHttpClient();
  public final Database database = testDatabase.open();
  public final InstantSource clock = InstantSource.system();
  public final Vault vault;
  public final Tenants tenants;
  public final ApiKeys keys;
  public final Connections connections;
  public static final int BODY_BYTES_MAX = 1024 * 1024;
  public final Routes routes = new Routes(BODY_BYTES_MAX);
  public final HttpServer server;

  public TestServer(Path folder, Consumer<Routes> more) {
    this(folder, more, new HttpServer.Settings("127.0.0.1", 0, Duration.ofSeconds(5)));
  }

  public TestServer(Path folder, Consumer<Routes> more, HttpServer.Settings settings) {
    this(folder, more, settings, PublicUrl.late());
  }

  public TestServer(
      Path folder, Consumer<Routes> more, HttpServer.Settings settings, PublicUrl publicUrl) {
    this(folder, settings, publicUrl, (_, routes) -> more.accept(routes));
  }

  /// With routes that need what this server has.
  public TestServer(
      Path folder, HttpServer.Settings settings, BiConsumer<TestServer, Routes> more) {
    this(folder, settings, PublicUrl.late(), more);
  }

  private TestServer(
      Path folder,
      HttpServer.Settings settings,
      PublicUrl publicUrl,
      BiConsumer<TestServer, Routes> more) {
    Path keyFile = folder.resolve("key.json");
    Vault.createKeyFile(keyFile);
    vault = Vault.open(keyFile, database, clock);
    var ids = new Ids(clock);
    tenants = new Tenants(database, vault, ids, clock);
    keys = new ApiKeys(database, ids, clock);
    connections = new Connections(database, vault, ids, clock);
    TenantRoutes.declare(routes, tenants);
    ApiKeyRoutes.declare(routes, database, keys, clock);
    ConnectionRoutes.declare(routes, database, connections, publicUrl, ProviderKind.known());
    more.accept(this, routes);
    var gate =
        new Gate() {
          @Override
          public Optional<Caller> authenticate(String key) {
            return keys.authenticate(key);
          }

          @Override
          public boolean exists(TenantId tenant) {
            return tenants.exists(tenant);
          }
        };
    server =
        HttpServer.create(
                settings,
                publicUrl,
                gate,
                ids,
                routes,
                Map.of("database", () -> database.answers(Duration.ofSeconds(1))),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT))
            .start();
  }

  /// Settings by which a body has a fifth of a second and then 32 KiB more every second.
  public static HttpServer.Settings impatient() {
    return new HttpServer.Settings(
        "127.0.0.1",
        0,
        Duration.ofSeconds(5),
        Optional.empty(),
        Networks.NONE,
        Optional.empty(),
        new Bodies.Limits(1 << 20, Duration.ofMillis(200), 32 * 1024));
  }

  public TestDatabase testDatabase() {
    return testDatabase;
  }

  public TenantId tenant(String name) {
    return switch (tenants.create(name, Optional.empty())) {
      case Tenants.Creation.Created created -> created.tenant().id();
      case Tenants.Creation.SlugTaken _ -> throw new AssertionError();
    };
  }

  public String key(TenantId tenant, Scope... scopes) {
    return database
        .asTenant(tenant, tx -> keys.create(tx, "test", Set.of(scopes), Optional.empty()))
        .text()
        .reveal();
  }

  /// Calls without a key where `key` is empty.
  public HttpResponse<String> call(String method, String path, String key, String body) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(server.port(), path)))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(20));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    try {
      HttpRequest built = request.build();
      HttpResponse<String> response = client.send(built, HttpResponse.BodyHandlers.ofString());
      ApiTruth.check(client, "http://127.0.0.1:" + server.port(), built, response);
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public static JsonNode json(HttpResponse<String> response) {
    return Json.MAPPER.readTree(response.body());
  }

  @Override
  public void close() {
    server.close();
    database.close();
    testDatabase.close();
    client.close();
  }
}
