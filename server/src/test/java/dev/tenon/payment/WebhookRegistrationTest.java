package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connector.Secret;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The whole program beside a Stripe at which it registers its own webhook endpoint.
class WebhookRegistrationTest {
  @TempDir private Path folder;
  private PaymentProgram program;
  private TenantId tenant;
  private String key;
  private Connection connection;
  private String path;

  @BeforeEach
  void start() {
    program = new PaymentProgram(folder);
    tenant = program.tenant("Acme");
    key = program.key(tenant);
    connection = connect("sk_test_program");
    path = "/connections/" + connection.id() + "/webhook";
  }

  @AfterEach
  void stop() {
    program.close();
  }

  @Test
  void registersOnceWithAPinnedVersionAndExactlyWhatIsHandled() {
    JsonNode before = get();
    assertThat(before.path("ok").asBoolean()).isFalse();
    assertThat(before.path("findings").toString()).contains("Register one");

    JsonNode made = post("");
    assertThat(made.path("did").asString()).isEqualTo("created");
    assertThat(made.path("findings").toString()).isEqualTo("[]");
    assertThat(made.toString()).doesNotContain("whsec_");
    JsonNode again = post("");
    assertThat(again.path("did").asString()).isEqualTo("nothing");

    List<JsonNode> there = atStripe();
    assertThat(there).hasSize(1);
    JsonNode endpoint = there.getFirst();
    assertThat(endpoint.path("api_version").asString()).isEqualTo("2026-07-29.dahlia");
    assertThat(endpoint.path("enabled_events").valueStream().map(JsonNode::asString).toList())
        .containsExactlyElementsOf(StripeKinds.handled());
    assertThat(endpoint.path("url").asString())
        .isEqualTo(program.tenon.publicUrl().at("/in/" + connection.id()));
    webhooksArrive();
  }

  @Test
  void aKeyOfTheOtherModeIsSaid() {
    post("");
    program
        .tenon
        .database()
        .useTenant(
            tenant, tx -> tx.handle().execute("update connection set environment = 'production'"));
    assertThat(get().path("findings").toString())
        .contains("is for production and its key for test mode");
  }

  @Test
  void mendsWhatSomebodyChangedAtStripe() {
    String id = post("").path("endpoint").asString();
    program.atStripe(
        "/v1/webhook_endpoints/" + id,
        "disabled=true&enabled_events[]=customer.created&enabled_events[]=balance.available");
    JsonNode wrong = get();
    assertThat(wrong.path("findings").size()).isEqualTo(3);
    assertThat(wrong.path("findings").toString())
        .contains("is disabled", "doesn't send charge.dispute.closed", "sends balance.available");

    assertThat(post("").path("did").asString()).isEqualTo("updated");
    assertThat(get().path("ok").asBoolean()).isTrue();
    webhooksArrive();
  }

  @Test
  void makesAnotherOneWhereItWasRemovedAtStripe() {
    String id = post("").path("endpoint").asString();
    program.stripeCall("DELETE", "/v1/webhook_endpoints/" + id);
    assertThat(get().path("findings").toString()).contains("was removed");
    assertThat(post("").path("did").asString()).isEqualTo("created");
    assertThat(atStripe()).hasSize(1);
    assertThat(secrets()).isEqualTo(1);
    webhooksArrive();
  }

  @Test
  void rotatesWithAnOverlapAndRemovesTheOldOneAfterIt() {
    String first = post("").path("endpoint").asString();
    JsonNode rotated = rotate("{\"overlap_hours\": 2}");
    assertThat(rotated.path("endpoint").asString()).isNotEqualTo(first);
    assertThat(rotated.path("replaced").path(0).path("endpoint").asString()).isEqualTo(first);
    assertThat(rotated.path("ok").asBoolean()).as(rotated.toString()).isTrue();
    assertThat(atStripe()).hasSize(2);
    assertThat(secrets()).isEqualTo(2);
    // Both sign, and both are taken.
    webhooksArrive();
    assertThat(refusals()).isZero();

    program.ahead.set(Duration.ofHours(2).plusMinutes(1));
    program.awaitAnswer(tenant, path, key, found -> found.path("replaced").isEmpty());
    assertThat(atStripe()).hasSize(1);
    webhooksArrive();
    assertThat(refusals()).isZero();
  }

  @Test
  void aRepetitionAfterAKillGetsTheSameEndpointWithItsSecret() {
    String first = post("").path("endpoint").asString();
    // As if the process had died before it wrote down what Stripe answered.
    program
        .tenon
        .database()
        .useTenant(
            tenant,
            tx -> {
              tx.handle()
                  .execute(
                      """
                      update webhook_registration set state = 'creating', endpoint = '',
                        secret_ordinal = 0, busy_until = now() - interval '1 minute'
                      """);
              tx.handle().execute("delete from connection_secret where field = 'webhook_secret'");
            });
    JsonNode again = post("");
    assertThat(again.path("did").asString()).isEqualTo("created");
    assertThat(again.path("endpoint").asString()).isEqualTo(first);
    assertThat(atStripe()).hasSize(1);
    assertThat(secrets()).isEqualTo(1);
  }

  @Test
  void aKillBetweenTheCallAndTheWriteLeavesNoEndpointThatNobodyKnows() {
    // What the kill leaves: the row that was written before the call, and the endpoint at Stripe,
    // made by a call that Stripe has forgotten by now.
    java.util.UUID id = java.util.UUID.randomUUID();
    program
        .tenon
        .database()
        .useTenant(
            tenant,
            tx ->
                tx.handle()
                    .execute(
                        """
                        insert into webhook_registration (tenant_id, id, connection_id, state,
                          asked, busy_until, created_at, updated_at)
                        values (?, ?, ?, 'creating', 'x', now() - interval '1 day',
                          now() - interval '1 day', now() - interval '1 day')
                        """,
                        tenant.uuid(),
                        id,
                        connection.id().uuid()));
    program.atStripe(
        "/v1/webhook_endpoints",
        "enabled_events[]=*&url=%s&metadata[tenon_ref]=%s"
            .formatted(program.tenon.publicUrl().at("/in/" + connection.id()), id));
    assertThat(post("").path("did").asString()).isEqualTo("created");
    assertThat(atStripe()).hasSize(1);
    webhooksArrive();
  }

  @Test
  void twoAtOnceMakeOne() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<Integer> answers = new java.util.concurrent.CopyOnWriteArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.startVirtualThread(
              () -> answers.add(program.call("POST", tenant, path, key, "").statusCode())));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(answers).contains(200).allMatch(status -> status == 200 || status == 409);
    assertThat(atStripe()).hasSize(1);
    webhooksArrive();
  }

  @Test
  void anEndpointMadeByHandIsSaid() {
    program.atStripe(
        "/v1/webhook_endpoints",
        "enabled_events[]=*&url=" + program.tenon.publicUrl().at("/in/" + connection.id()));
    assertThat(get().path("findings").toString()).contains("was made by hand");
    assertThat(post("").path("findings").toString()).contains("each event comes twice");
  }

  @Test
  void aRightThatIsMissingIsNamed() {
    Connection lacking = connect("rk_test_lacks_webhook_write");
    HttpResponse<String> answer =
        program.call("POST", tenant, "/connections/" + lacking.id() + "/webhook", key, "");
    assertThat(answer.statusCode()).isGreaterThanOrEqualTo(400);
    JsonNode problem = PaymentProgram.json(answer);
    assertThat(problem.path("code").asString()).isEqualTo("connection.broken");
    assertThat(problem.path("provider").path("permission").asString())
        .isEqualTo("rak_webhook_write");
    assertThat(problem.path("detail").asString()).contains("rak_webhook_write");
  }

  @Test
  void noMoreThanFourSecretsRoll() {
    post("");
    for (int i = 0; i < 3; i++) {
      rotate("{\"overlap_hours\": 24}");
    }
    HttpResponse<String> answer = program.call("POST", tenant, path + "/rotate", key, "{}");
    assertThat(PaymentProgram.json(answer).path("code").asString())
        .isEqualTo("connection.too_many_secrets");
    assertThat(atStripe()).hasSize(4);
    webhooksArrive();
  }

  @Test
  void anotherTenantsConnectionIsNotFound() {
    TenantId other = program.tenant("Other");
    HttpResponse<String> answer = program.call("POST", other, path, program.key(other), "");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(atStripe()).isEmpty();
  }

  private Connection connect(String secretKey) {
    return program
        .tenon
        .database()
        .asTenant(
            tenant,
            tx ->
                program
                    .tenon
                    .connections()
                    .create(
                        tx,
                        "stripe",
                        "Sandbox",
                        Connection.Environment.DEVELOPMENT,
                        Map.of("base_url", program.sandbox.url("stripe").toString()),
                        Map.of("secret_key", Secret.of(secretKey))));
  }

  private void webhooksArrive() {
    int before = count();
    program.atStripe("/v1/customers", "email=ada@customer.test");
    program.awaitAnswer(
        tenant, "/received-events?limit=100", key, found -> found.path("data").size() > before);
  }

  private int count() {
    return PaymentProgram.json(program.call("GET", tenant, "/received-events?limit=100", key, ""))
        .path("data")
        .size();
  }

  private int refusals() {
    return PaymentProgram.json(
            program.call("GET", tenant, "/connections/" + connection.id() + "/refusals", key, ""))
        .path("data")
        .size();
  }

  private long secrets() {
    return PaymentProgram.json(
            program.call("GET", tenant, "/connections/" + connection.id(), key, ""))
        .path("credentials")
        .valueStream()
        .filter(one -> one.path("field").asString().equals("webhook_secret"))
        .count();
  }

  private List<JsonNode> atStripe() {
    return PaymentProgram.json(program.stripeCall("GET", "/v1/webhook_endpoints?limit=100"))
        .path("data")
        .valueStream()
        .toList();
  }

  private JsonNode get() {
    return ok(program.call("GET", tenant, path, key, ""));
  }

  private JsonNode post(String body) {
    return ok(program.call("POST", tenant, path, key, body));
  }

  private JsonNode rotate(String body) {
    return ok(program.call("POST", tenant, path + "/rotate", key, body));
  }

  private static JsonNode ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return PaymentProgram.json(response);
  }
}
