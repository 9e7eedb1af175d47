package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.sandbox.Fault;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The whole program beside a Stripe whose webhooks get lost.
class ReconciliationTest {
  @TempDir private Path folder;
  private PaymentProgram program;
  private TenantId tenant;
  private String key;

  @BeforeEach
  void start() {
    program = new PaymentProgram(folder);
    tenant = program.tenant("Acme");
    key = program.key(tenant);
  }

  @AfterEach
  void stop() {
    program.close();
  }

  @Test
  void aSubscriptionWhoseWebhooksWereLostIsThereAfterwards() {
    Connection connection = program.connect(tenant, "sk_test_program");
    program.sandbox.faults("stripe").set(java.util.List.of(Fault.loseWebhooks()));
    buy();

    JsonNode report = ended(start(connection, ", \"until\": \"%s\"".formatted(now())));

    assertThat(report.path("state").asString()).isEqualTo("done");
    assertThat(report.path("missing_by_kind").path("customer.subscription.created").asInt())
        .isEqualTo(1);
    assertThat(report.path("missing_by_kind").path("invoice.paid").asInt()).isEqualTo(1);
    program.awaitAnswer(
        tenant,
        "/subscriptions",
        key,
        found ->
            found.path("data").size() == 1
                && found.path("data").path(0).path("state").asString().equals("active"));
    JsonNode events =
        get("/reconciliations/" + report.path("id").asString() + "/events?limit=100").path("data");
    assertThat(events.size()).isEqualTo(report.path("missing").asInt());
    JsonNode received = get("/received-events/" + events.path(0).path("received_event").asString());
    assertThat(received.path("origin").asString()).isEqualTo("reconciliation");
    assertThat(
            program.call("GET", program.tenant("Other"), "/reconciliations", key, "").statusCode())
        .isGreaterThanOrEqualTo(400);

    JsonNode again = ended(start(connection, ", \"until\": \"%s\"".formatted(now())));
    assertThat(again.path("missing").asInt()).isZero();
  }

  @Test
  void whatIsYoungMayBeOnItsWay() {
    Connection connection = program.connect(tenant, "sk_test_program");
    program.sandbox.faults("stripe").set(java.util.List.of(Fault.loseWebhooks()));
    buy();

    assertThat(ended(start(connection, "")).path("listed").asInt()).isZero();
    program.ahead.set(Duration.ofMinutes(11));
    assertThat(ended(start(connection, "")).path("missing").asInt()).isPositive();
  }

  @Test
  void waitsWhenStripeWantsAPause() {
    Connection connection = program.connect(tenant, "sk_test_program");
    program.sandbox.faults("stripe").set(java.util.List.of(Fault.loseWebhooks()));
    buy();
    program
        .sandbox
        .faults("stripe")
        .set(java.util.List.of(Fault.status(429).times(2).onlyFor("/v1/events")));
    String id = start(connection, ", \"until\": \"%s\"".formatted(now()));
    program.awaitAnswer(
        tenant,
        "/reconciliations/" + id,
        key,
        found -> found.path("trouble").asString().contains("limit of calls"));
    JsonNode ended =
        program.awaitAnswer(
            tenant,
            "/reconciliations/" + id,
            key,
            found -> {
              program.ahead.set(program.ahead.get().plusMillis(500));
              return !found.path("state").asString().equals("running");
            });
    assertThat(ended.path("state").asString()).isEqualTo("done");
    assertThat(ended.path("missing").asInt()).isPositive();
  }

  @Test
  void aRightThatIsMissingIsNamed() {
    Connection connection = program.connect(tenant, "rk_test_lacks_event_read");
    JsonNode ended = ended(start(connection, ""));
    assertThat(ended.path("state").asString()).isEqualTo("failed");
    assertThat(ended.path("trouble").asString()).contains("rak_event_read");
    assertThat(get("/connections/" + connection.id()).path("state").asString()).isEqualTo("active");
  }

  @Test
  void aRefusedKeyBreaksTheConnection() {
    Connection connection = program.connect(tenant, "sk_wrong");
    JsonNode ended = ended(start(connection, ""));
    assertThat(ended.path("state").asString()).isEqualTo("failed");
    assertThat(get("/connections/" + connection.id()).path("state").asString()).isEqualTo("broken");
  }

  @Test
  void onThePlatformsConnectionAForeignTenantsEventStaysUnassigned() {
    Connection connection = program.connect(TenantId.PLATFORM, "sk_test_program");
    String platformKey = program.key(TenantId.PLATFORM);
    program.sandbox.faults("stripe").set(java.util.List.of(Fault.loseWebhooks()));
    program.atStripe("/v1/customers", "email=x@y.test&metadata[tenant_id]=" + tenant);
    HttpResponse<String> made =
        program.call(
            "POST",
            TenantId.PLATFORM,
            "/reconciliations",
            platformKey,
            "{\"connection\": \"%s\", \"until\": \"%s\"}".formatted(connection.id(), now()));
    String id = PaymentProgram.json(made).path("id").asString();
    program.awaitAnswer(
        TenantId.PLATFORM,
        "/reconciliations/" + id,
        platformKey,
        found -> found.path("state").asString().equals("done"));
    program.awaitAnswer(
        TenantId.PLATFORM,
        "/received-events?state=unassigned",
        platformKey,
        found ->
            found.path("data").size() == 1
                && found.path("data").path(0).path("origin").asString().equals("reconciliation"));
    assertThat(get("/customers").path("data").size()).isZero();
  }

  @Test
  void badRequestsAreRefusedClearly() {
    Connection connection = program.connect(tenant, "sk_test_program");
    assertThat(post("{\"connection\": \"con_nobody\"}").statusCode()).isEqualTo(404);
    assertThat(
            post("{\"connection\": \"%s\", \"until\": \"%s\"}"
                    .formatted(connection.id(), "2999-01-01T00:00:00Z"))
                .statusCode())
        .isEqualTo(400);
    assertThat(
            post("{\"connection\": \"%s\", \"since\": \"%s\"}"
                    .formatted(connection.id(), "2999-01-01T00:00:00Z"))
                .statusCode())
        .isEqualTo(400);
  }

  private String now() {
    return java.time.Instant.now().plus(program.ahead.get()).minusMillis(1).toString();
  }

  /// Somebody buys a subscription at Stripe's checkout.
  private void buy() {
    JsonNode session =
        program.atStripe(
            "/v1/checkout/sessions",
            "mode=subscription&success_url=https://a.test/yes&line_items[0][quantity]=1"
                + "&line_items[0][price]="
                + program.price());
    program.stripe.pay(session.path("id").asString());
  }

  private HttpResponse<String> post(String body) {
    return program.call("POST", tenant, "/reconciliations", key, body);
  }

  private String start(Connection connection, String more) {
    HttpResponse<String> response =
        post("{\"connection\": \"%s\"%s}".formatted(connection.id(), more));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    return PaymentProgram.json(response).path("id").asString();
  }

  private JsonNode ended(String id) {
    return program.awaitAnswer(
        tenant,
        "/reconciliations/" + id,
        key,
        found -> !found.path("state").asString().equals("running"));
  }

  private JsonNode get(String path) {
    return PaymentProgram.json(program.call("GET", tenant, path, key, ""));
  }
}
