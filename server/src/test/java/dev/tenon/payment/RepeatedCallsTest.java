package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.sandbox.Fault;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Goal: a call whose answer was lost is repeated without making a second object at Stripe, on a
/// tenant's own account and on the platform's, or is refused with a reason. Method: the whole
/// program beside the sandbox, which does the work and never answers.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RepeatedCallsTest {
  private static final String RETURN =
      "\"success_url\":\"https://app.test/ok\",\"cancel_url\":\"https://app.test/no\"";

  private PaymentProgram program;
  private TenantId own;
  private TenantId ada;
  private String platformKey;
  private String price;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder, Map.of("payments.source", "acme-staging"));
    own = program.tenant("Own account");
    ada = program.tenant("Ada");
    platformKey = program.key(TenantId.PLATFORM);
    program.connect(own);
    program.connect(TenantId.PLATFORM);
    price = program.price();
    allow(price);
  }

  private void allow(String... prices) {
    String list = prices.length == 0 ? "" : "\"" + String.join("\",\"", prices) + "\"";
    assertThat(
            program
                .call(
                    "PUT", ada, "/allowed-prices", platformKey, "{\"prices\":[%s]}".formatted(list))
                .statusCode())
        .isEqualTo(200);
  }

  @AfterEach
  void allIsWell() {
    program.sandbox.faults("stripe").clear();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  @Test
  void makesOneObjectThoughTheFirstAnswerWasLost() {
    for (TenantId tenant : new TenantId[] {own, ada}) {
      String customer = customer(tenant);
      repeats(tenant, "customer", "/customers", "/v1/customers", "{\"email\":\"r@customer.test\"}");
      repeats(
          tenant, "checkout.session", "/checkout-sessions", "/v1/checkout/", checkout(customer));
      repeats(
          tenant,
          "billing_portal.session",
          "/portal-sessions",
          "/v1/billing_portal/",
          "{\"customer\":\"%s\",\"return_url\":\"https://app.test\"}".formatted(customer));
    }
  }

  private void repeats(TenantId tenant, String type, String route, String api, String body) {
    int before = count(type);
    String key = UUID.randomUUID().toString();
    loseAnswers(api, 2);

    isProblem(program.post(tenant, route, platformKey, body, key), 503, "server.busy");
    isProblem(program.post(tenant, route, platformKey, body, key), 503, "server.busy");
    HttpResponse<String> answer = program.post(tenant, route, platformKey, body, key);
    HttpResponse<String> again = program.post(tenant, route, platformKey, body, key);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(again.body()).isEqualTo(answer.body());
    assertThat(count(type)).as("%s of %s", type, tenant).isEqualTo(before + 1);
  }

  /// Clients repeat a 503 by themselves, and would make a second one.
  @Test
  void withoutAKeyALostAnswerIsNoInvitationToTryAgain() {
    int before = count("customer");
    loseAnswers("/v1/customers", 1);
    HttpResponse<String> lost = post(own, "/customers", "{\"email\":\"n@customer.test\"}");
    isProblem(lost, 409, "idempotency.outcome_unknown");
    assertThat(lost.headers().firstValue("Retry-After")).isEmpty();
    assertThat(lost.body())
        .contains("nobody knows whether it was done", "Look at Stripe before", "Idempotency-Key")
        .doesNotContain("retry_after_seconds");
    assertThat(count("customer")).as("it was done").isEqualTo(before + 1);
  }

  @Test
  void aChangeTakesAKeyToo() {
    String id =
        PaymentProgram.json(post(own, "/customers", "{\"email\":\"x@customer.test\"}"))
            .path("id")
            .asString();
    String key = UUID.randomUUID().toString();
    String body = "{\"name\":\"Cleo\"}";
    HttpResponse<String> first =
        program.call("PATCH", own, "/customers/" + id, platformKey, body, key);
    HttpResponse<String> again =
        program.call("PATCH", own, "/customers/" + id, platformKey, body, key);
    assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
    assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
    assertThat(again.body()).isEqualTo(first.body());
  }

  /// Stripe may have forgotten our key by then, and would do it again.
  @Test
  void doesNotRepeatACallThatStripeMayHaveForgotten() {
    String key = UUID.randomUUID().toString();
    String body = "{\"email\":\"late@customer.test\"}";
    int before = count("customer");
    loseAnswers("/v1/customers", 1);
    isProblem(program.post(ada, "/customers", platformKey, body, key), 503, "server.busy");

    program.ahead.set(program.ahead.get().plus(Duration.ofMinutes(23 * 60 + 50)));
    for (int i = 0; i < 2; i++) {
      isProblem(
          program.post(ada, "/customers", platformKey, body, key),
          409,
          "idempotency.outcome_unknown");
    }
    assertThat(count("customer")).isEqualTo(before + 1);
  }

  /// The refusal says nothing of the first run: a free key would make a second session.
  @Test
  void keepsTheKeyWhenALaterRunIsRefused() {
    String key = UUID.randomUUID().toString();
    String body = checkout(customer(ada));
    int before = count("checkout.session");
    loseAnswers("/v1/checkout/", 1);
    isProblem(program.post(ada, "/checkout-sessions", platformKey, body, key), 503, "server.busy");

    allow("price_other");
    isProblem(
        program.post(ada, "/checkout-sessions", platformKey, body, key),
        400,
        "request.invalid_field");
    allow(price);
    assertThat(program.post(ada, "/checkout-sessions", platformKey, body, key).statusCode())
        .isEqualTo(201);
    assertThat(count("checkout.session")).isEqualTo(before + 1);
  }

  @Test
  void aRefusalOfTheFirstRunFreesItsKey() {
    String key = UUID.randomUUID().toString();
    isProblem(
        program.post(ada, "/checkout-sessions", platformKey, checkout("cus_of_somebody_else"), key),
        400,
        "request.invalid_field");
    assertThat(
            program
                .post(ada, "/checkout-sessions", platformKey, checkout(customer(ada)), key)
                .statusCode())
        .isEqualTo(201);
  }

  @Test
  void whatItMakesNamesTheTenantAndTheSourceOfTheSettings() {
    String made = customer(ada);
    JsonNode metadata =
        program
            .stripe
            .objects()
            .path("customer")
            .valueStream()
            .filter(one -> one.path("id").asString().equals(made))
            .findFirst()
            .orElseThrow()
            .path("metadata");
    assertThat(metadata.path("source").asString()).isEqualTo("acme-staging");
    assertThat(metadata.path("tenant_id").asString()).isEqualTo(ada.toString());
    assertThat(metadata.path("tenon_ref").asString()).isNotEmpty();
  }

  @Test
  void aRefusedKeyBreaksTheConnectionUntilItWorksAgain() {
    program.sandbox.faults("stripe").add(Fault.status(401).onlyFor("/v1/customers").times(1));
    HttpResponse<String> refused = post(own, "/customers", "{\"email\":\"k@customer.test\"}");

    isProblem(refused, 409, "connection.broken");
    Connection broken = connection(own);
    assertThat(refused.body()).contains(broken.id().toString());
    assertThat(broken.state()).isEqualTo(Connection.State.BROKEN);
    assertThat(broken.stateReason()).contains("Stripe refused the key");

    assertThat(post(own, "/customers", "{\"email\":\"k@customer.test\"}").statusCode())
        .isEqualTo(201);
    assertThat(connection(own).state()).isEqualTo(Connection.State.ACTIVE);
  }

  @Test
  void aBrokenConnectionOfATenantNeverFallsToThePlatforms() {
    TenantId lost = program.tenant("Lost key");
    program.connect(lost, "sk_live_revoked");
    int before = count("customer");
    for (int i = 0; i < 2; i++) {
      isProblem(
          post(lost, "/customers", "{\"email\":\"l@customer.test\"}"), 409, "connection.broken");
    }
    assertThat(count("customer")).isEqualTo(before);
  }

  @Test
  void aConnectionThatCanMakeNoCallsIsSaidAndNeverStoodInFor() {
    int before = count("customer");
    TenantId keyless = program.tenant("No key");
    Connection bare = create(keyless, Connection.Environment.DEVELOPMENT, Map.of());
    TenantId acting = program.tenant("Acts in live mode");
    create(acting, Connection.Environment.PRODUCTION, Map.of("account", "acct_1Live"));

    HttpResponse<String> noKey = post(keyless, "/customers", "{\"email\":\"n@customer.test\"}");
    HttpResponse<String> noLoan = post(acting, "/customers", "{\"email\":\"a@customer.test\"}");

    isProblem(noKey, 409, "request.conflict");
    assertThat(noKey.body()).contains(bare.id().toString(), "secret_key");
    isProblem(noLoan, 409, "request.conflict");
    assertThat(noLoan.body()).contains("acct_1Live", "secret_key");
    assertThat(count("customer")).isEqualTo(before);
  }

  @Test
  void disabledConnectionsHideNoneThatIsInUse() {
    TenantId tidy = program.tenant("Many of old");
    Connection used = program.connect(tidy, "sk_test_used");
    for (int i = 0; i < 12; i++) {
      Connection old = create(tidy, Connection.Environment.DEVELOPMENT, Map.of());
      var _ =
          program
              .tenon
              .connections()
              .change(
                  tidy,
                  old.id(),
                  new Connections.Change(
                      Optional.empty(),
                      Optional.of(Connection.State.DISABLED),
                      Optional.empty(),
                      Map.of(),
                      Optional.empty()));
    }

    assertThat(post(tidy, "/customers", "{\"email\":\"t@customer.test\"}").statusCode())
        .isEqualTo(201);
    List<UUID> through =
        program
            .tenon
            .database()
            .asTenant(
                tidy,
                tx ->
                    tx.handle()
                        .createQuery("select connection_id from customer")
                        .mapTo(UUID.class)
                        .list());
    assertThat(through).containsExactly(used.id().uuid());
  }

  private Connection create(
      TenantId owner, Connection.Environment environment, Map<String, String> settings) {
    return program
        .tenon
        .database()
        .asTenant(
            owner,
            tx ->
                program
                    .tenon
                    .connections()
                    .create(
                        tx,
                        "stripe",
                        "No key",
                        environment,
                        settings,
                        Map.of("webhook_secret", Secret.of("whsec_only_this_one"))));
  }

  @Test
  void aKeyThatLacksARightDoesNotBreakTheConnection() {
    program.sandbox.faults("stripe").add(Fault.status(403).onlyFor("/v1/billing_portal").times(1));
    String body =
        "{\"customer\":\"%s\",\"return_url\":\"https://app.test\"}".formatted(customer(own));
    isProblem(post(own, "/portal-sessions", body), 409, "connection.broken");
    assertThat(connection(own).state()).isEqualTo(Connection.State.ACTIVE);
  }

  @Test
  void thePlatformsConnectionIsNotNamedToItsTenants() {
    program.sandbox.faults("stripe").add(Fault.status(401).onlyFor("/v1/customers").times(1));
    HttpResponse<String> refused = post(ada, "/customers", "{\"email\":\"p@customer.test\"}");
    isProblem(refused, 409, "connection.broken");
    assertThat(refused.body())
        .contains("The platform's connection")
        .doesNotContain(connection(TenantId.PLATFORM).id().toString());
    customer(ada);
    assertThat(connection(TenantId.PLATFORM).state()).isEqualTo(Connection.State.ACTIVE);
  }

  private Connection connection(TenantId owner) {
    return program
        .tenon
        .database()
        .asTenant(
            owner,
            tx ->
                program
                    .tenon
                    .connections()
                    .list(tx, java.util.Optional.of("stripe"), java.util.Optional.empty(), 1)
                    .getFirst());
  }

  private void loseAnswers(String path, int times) {
    program
        .sandbox
        .faults("stripe")
        .add(Fault.timeOutAfterAccepting(Duration.ZERO).onlyFor(path).times(times));
  }

  private String customer(TenantId tenant) {
    HttpResponse<String> made = post(tenant, "/customers", "{\"email\":\"c@customer.test\"}");
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return PaymentProgram.json(made).path("provider_id").asString();
  }

  private HttpResponse<String> post(TenantId tenant, String route, String body) {
    return program.call("POST", tenant, route, platformKey, body);
  }

  private String checkout(String customer) {
    return "{\"price\":\"%s\",\"customer\":\"%s\",%s}".formatted(price, customer, RETURN);
  }

  private int count(String type) {
    return program.stripe.objects().path(type).size();
  }

  private static void isProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.body()).contains("\"code\":\"" + code + "\"");
    assertThat(response.statusCode()).isEqualTo(status);
  }
}
