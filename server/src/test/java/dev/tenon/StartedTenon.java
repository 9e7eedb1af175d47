package dev.tenon;

import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole program on a free port with a database of its own, and a client to call it with.
public final class StartedTenon implements AutoCloseable {
  private static final Duration CALL_MAX = Duration.ofSeconds(20);

  public final TestDatabase database = TestDatabase.fresh();
  public final Tenon tenon;
  private final HttpClient client = HttpClient.newHttpClient();

  public StartedTenon() {
    this(Map.of());
  }

  /// @param settings beside the port
  public StartedTenon(Map<String, String> settings) {
    this(settings, EgressPolicy.allowing(List.of()), InstantSource.system());
  }

  public StartedTenon(Map<String, String> settings, EgressPolicy egress, InstantSource clock) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("server.port", "0");
    // Tests ask much with one key.
    all.putIfAbsent("limits.key-requests-per-second", "100000");
    all.putIfAbsent("limits.key-burst", "100000");
    tenon =
        Tenon.start(
            Config.load(List.of(Layer.commandLine(all))),
            new Tenon.Surroundings(
                database.address(),
                new VaultKey.Given(Vault.newKey()),
                Optional.empty(),
                egress,
                InetAddress::isLoopbackAddress,
                clock));
  }

  public TenantId tenant(String name) {
    return switch (tenon.tenants().create(name, Optional.empty())) {
      case Tenants.Creation.Created created -> created.tenant().id();
      case Tenants.Creation.SlugTaken _ -> throw new AssertionError(name);
    };
  }

  /// A key for everything, or for these scopes.
  public String key(TenantId tenant, Scope... scopes) {
    Set<Scope> all = scopes.length == 0 ? Set.of(Scope.ALL) : Set.of(scopes);
    return tenon
        .database()
        .asTenant(tenant, tx -> tenon.keys().create(tx, "test", all, Optional.empty()))
        .text()
        .reveal();
  }

  /// A connection without settings, for development.
  public ConnectionId connection(TenantId tenant, String provider, Map<String, Secret> secrets) {
    return tenon
        .database()
        .asTenant(
            tenant,
            tx ->
                tenon
                    .connections()
                    .create(
                        tx,
                        provider,
                        "Test",
                        Connection.Environment.DEVELOPMENT,
                        Map.of(),
                        secrets))
        .id();
  }

  /// Calls without a key where `key` is empty.
  public HttpResponse<String> call(String method, String path, String key, String body) {
    var request =
        request(path)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!key.isEmpty()) {
      request.header("Authorization", "Bearer " + key);
    }
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return send(request);
  }

  /// A request to this server, to be completed.
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(tenon.publicUrl().at(path))).timeout(CALL_MAX);
  }

  public HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpRequest built = request.build();
      HttpResponse<String> response = client.send(built, HttpResponse.BodyHandlers.ofString());
      ApiTruth.check(client, tenon.publicUrl().get(), built, response);
      return response;
    } catch (IOException e) {
      throw new IllegalStateException(request.toString(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  @Override
  public void close() {
    tenon.close();
    database.close();
    client.close();
  }
}
