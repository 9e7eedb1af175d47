package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.Tenon;
import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connection.Connection;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.db.TestDatabase;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.stripe.StripeSimulator;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The whole program beside the sandbox's Stripe, and a caller of its API.
final class PaymentProgram implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
  private final InstantSource clock = () -> Instant.now().plus(ahead.get());
  final StripeSimulator stripe = new StripeSimulator();
  final Sandbox sandbox = Sandbox.start(List.of(stripe), SandboxSettings.defaults(clock));
  final TestDatabase database = TestDatabase.fresh();
  final Tenon tenon;
  private final HttpClient http = HttpClient.newHttpClient();

  PaymentProgram(Path folder) {
    this(folder, Map.of());
  }

  /// @param settings beside the port
  PaymentProgram(Path folder, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("server.port", "0");
    // Tests ask again and again until something has happened.
    all.put("limits.key-requests-per-second", "100000");
    all.put("limits.key-burst", "100000");
    // Tests move the clock by days; whoever wants a reconciliation asks for it.
    all.putIfAbsent("reconciliation.every-minutes", "0");
    Path keyFile = folder.resolve("vault.key");
    Vault.createKeyFile(keyFile);
    tenon =
        Tenon.start(
            Config.load(List.of(Layer.commandLine(all))),
            new Tenon.Surroundings(
                database.address(),
                keyFile,
                EgressPolicy.allowing(sandbox.urls().values()),
                InetAddress::isLoopbackAddress,
                clock));
  }

  TenantId tenant(String name) {
    return switch (tenon.tenants().create(name, Optional.empty())) {
      case Tenants.Creation.Created created -> created.tenant().id();
      case Tenants.Creation.SlugTaken _ -> throw new AssertionError();
    };
  }

  String key(TenantId tenant) {
    return tenon
        .database()
        .asTenant(
            tenant, tx -> tenon.keys().create(tx, "test", Set.of(Scope.ALL), Optional.empty()))
        .text()
        .reveal();
  }

  /// Connects the owner to the sandbox's account, both ways.
  void connect(TenantId owner) {
    connect(owner, "sk_test_program");
  }

  /// The same with a key of its own; the sandbox refuses those that don't begin with `sk_test_`.
  Connection connect(TenantId owner, String key) {
    Secret secret = Secret.of("whsec_" + owner.uuid().toString().replace("-", ""));
    Connection made =
        tenon
            .database()
            .asTenant(
                owner,
                tx ->
                    tenon
                        .connections()
                        .create(
                            tx,
                            "stripe",
                            "Sandbox",
                            Connection.Environment.DEVELOPMENT,
                            Map.of("base_url", sandbox.url("stripe").toString()),
                            Map.of("secret_key", Secret.of(key), "webhook_secret", secret)));
    stripe.registerEndpoint(URI.create(tenon.publicUrl().at("/in/" + made.id())), secret.reveal());
    return made;
  }

  /// A connection to the sandbox that nothing is registered for there.
  Connection connection(
      TenantId owner,
      Connection.Environment environment,
      Map<String, String> settings,
      Map<String, Secret> secrets) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("base_url", sandbox.url("stripe").toString());
    return tenon
        .database()
        .asTenant(
            owner,
            tx -> tenon.connections().create(tx, "stripe", "Sandbox", environment, all, secrets));
  }

  /// A monthly price in the sandbox.
  String price() {
    String product = atStripe("/v1/products", "name=Pro").path("id").asString();
    return atStripe(
            "/v1/prices",
            "currency=eur&unit_amount=2900&recurring[interval]=month&product=" + product)
        .path("id")
        .asString();
  }

  JsonNode atStripe(String path, String form) {
    return atStripe(path, form, "");
  }

  /// @param account the connected account that it is done in; empty for the platform's own
  JsonNode atStripe(String path, String form, String account) {
    var request =
        HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .header("Authorization", "Bearer sk_test_program")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form));
    if (!account.isEmpty()) {
      request.header("Stripe-Account", account);
    }
    return json(send(request));
  }

  /// A webhook as Stripe sends it.
  HttpResponse<String> webhook(String connection, String body, String signature) {
    return send(
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at("/in/" + connection)))
            .header("Content-Type", "application/json")
            .header("Stripe-Signature", signature)
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /// A call to Stripe's API without a body.
  HttpResponse<String> stripeCall(String method, String path) {
    return send(
        HttpRequest.newBuilder(URI.create(sandbox.url("stripe") + path))
            .header("Authorization", "Bearer sk_test_program")
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  HttpResponse<String> call(String method, TenantId tenant, String path, String key, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at("/v1/tenants/" + tenant + path)))
            .header("Authorization", "Bearer " + key)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    return send(request);
  }

  /// A POST with an `Idempotency-Key`.
  HttpResponse<String> post(
      TenantId tenant, String path, String key, String body, String idempotencyKey) {
    return call("POST", tenant, path, key, body, idempotencyKey);
  }

  HttpResponse<String> call(
      String method, TenantId tenant, String path, String key, String body, String idempotencyKey) {
    return send(
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at("/v1/tenants/" + tenant + path)))
            .header("Authorization", "Bearer " + key)
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", idempotencyKey)
            .method(method, HttpRequest.BodyPublishers.ofString(body)));
  }

  /// Asks until the answer is as expected; webhooks and lanes take their time.
  JsonNode awaitAnswer(TenantId tenant, String path, String key, Predicate<JsonNode> expected) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      HttpResponse<String> response = call("GET", tenant, path, key, "");
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      JsonNode answer = json(response);
      if (expected.test(answer)) {
        return answer;
      }
      assertThat(System.nanoTime()).as("still %s", answer).isLessThan(end);
    }
  }

  static JsonNode json(HttpResponse<String> response) {
    return JsonMapper.shared().readTree(response.body());
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    tenon.close();
    sandbox.close();
    database.close();
    http.close();
  }
}
