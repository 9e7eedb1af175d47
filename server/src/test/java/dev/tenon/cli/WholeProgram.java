package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxMain;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.Simulator;
import dev.tenon.sandbox.email.EmailSandbox;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.Tenant;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `dev` starts, on a test database, and the command line beside it.
final class WholeProgram implements AutoCloseable {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  final InstantSource clock = InstantSource.system();
  final StripeSimulator stripe = new StripeSimulator();
  final EmailSandbox email = new EmailSandbox(clock, 0);
  final TestDatabase database = TestDatabase.fresh();
  final Sandbox sandbox;
  final DevSeed.Seeded seeded;
  private final Path keyFile;
  private final HttpClient http = HttpClient.newHttpClient();
  private Tenon tenon;

  WholeProgram(Path folder) {
    List<Simulator> simulators = new ArrayList<>();
    simulators.add(stripe);
    simulators.addAll(email.simulators());
    sandbox = Sandbox.start(simulators, SandboxSettings.defaults(clock));
    keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    tenon = start(0);
    seeded = DevSeed.plant(tenon, sandbox, stripe, email);
  }

  private Tenon start(int port) {
    Config config =
        Config.load(List.of(Layer.commandLine(Map.of("server.port", Integer.toString(port)))));
    return Tenon.start(
        config,
        new Tenon.Surroundings(
            database.address(),
            keyFile,
            EgressPolicy.allowing(sandbox.urls().values()),
            InetAddress::isLoopbackAddress,
            clock));
  }

  Tenon tenon() {
    return tenon;
  }

  String api() {
    return tenon.publicUrl().get();
  }

  String tenant() {
    return seeded.tenant().toString();
  }

  /// The id of the seeded connection to a provider.
  String connection(String provider) {
    return seeded.connections().getOrDefault(provider, Map.of()).getOrDefault("id", "");
  }

  /// Stops the server and starts it again on the same port.
  void restart(Runnable meanwhile) {
    int port = URI.create(api()).getPort();
    tenon.close();
    meanwhile.run();
    tenon = start(port);
  }

  /// Runs a command of the command line; its environment names this server, key and tenant.
  Ran run(Map<String, String> more, String... arguments) {
    return run(new StringWriter(), new StringWriter(), more, arguments);
  }

  /// The same, with what it says to be read while it comes.
  Ran run(StringWriter out, StringWriter err, Map<String, String> more, String... arguments) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TENON_API_URL", api());
    environment.put("TENON_API_KEY", seeded.apiKey().reveal());
    environment.put("TENON_TENANT", tenant());
    environment.putAll(more);
    int code =
        new Commands(new Console(new PrintWriter(out), new PrintWriter(err), environment))
            .run(arguments);
    return new Ran(code, out.toString(), err.toString());
  }

  Ran run(String... arguments) {
    return run(Map.of(), arguments);
  }

  /// How a command ended.
  record Ran(int code, String out, String err) {
    /// Each line of the answer as JSON.
    List<JsonNode> lines() {
      return out.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
    }
  }

  /// Calls the API as the tenant's key does.
  HttpResponse<String> call(String method, String path, String key, String body) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(api() + path))
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .timeout(PATIENCE)
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /// Another tenant; answers a key of it that may do everything.
  TenantKey otherTenant() {
    TenantId id =
        switch (tenon.tenants().create("Other", Optional.empty())) {
          case Tenants.Creation.Created(Tenant created) -> created.id();
          case Tenants.Creation.SlugTaken _ -> throw new AssertionError();
        };
    String key =
        tenon
            .database()
            .asTenant(
                id, tx -> tenon.keys().create(tx, "test", EnumSet.of(Scope.ALL), Optional.empty()))
            .text()
            .reveal();
    return new TenantKey(id, key);
  }

  record TenantKey(TenantId tenant, String key) {}

  /// The first column of what a statement answers, as superuser.
  List<String> rows(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path to tenon");
      List<String> out = new ArrayList<>();
      if (statement.execute(sql)) {
        try (var rows = statement.getResultSet()) {
          while (rows.next()) {
            out.add(rows.getString(1));
          }
        }
      }
      return out;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /// How many simulators the catalogue has.
  static int simulators() {
    return SandboxMain.simulators(InstantSource.system(), 0).size();
  }

  @Override
  public void close() {
    tenon.close();
    sandbox.close();
    database.close();
    http.close();
  }
}
