package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connection.Connections;
import dev.tenon.sandbox.Fault;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A subscription is cancelled, kept and paused, on the whole program beside the sandbox.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class SubscriptionActionApiTest {
  private static final String NOW = "{\"at\":\"now\"}";

  private PaymentProgram program;
  private Caller own;
  private Caller other;
  private String price;

  @BeforeAll
  void start(@TempDir Path folder) {
    program = new PaymentProgram(folder);
    own = Caller.of(program, "Own account");
    other = Caller.of(program, "Other account");
    program.connect(own.tenant());
    program.connect(other.tenant());
    price = program.price();
  }

  @AfterAll
  void stop() {
    program.close();
  }

  /// The path of a new subscription that Stripe has told of.
  private String subscribed() {
    String path =
        "/subscriptions/"
            + own.made(
                    "/subscriptions",
                    "{\"customer\":\"%s\",\"price\":\"%s\",\"trial_days\":14}"
                        .formatted(own.customer(), price))
                .path("subscription")
                .path("id")
                .asString();
    own.await(path, now -> now.path("state").asString("").equals("trialing"));
    return path;
  }

  private int invoices() {
    return program.stripe.objects().path("invoice").size();
  }

  private String providerId(String path) {
    return own.get(path).path("provider_id").asString();
  }

  private void loseTheAnswer(String path) {
    program
        .sandbox
        .faults("stripe")
        .add(
            Fault.timeOutAfterAccepting(Duration.ZERO)
                .onlyFor("/v1/subscriptions/" + providerId(path))
                .times(1));
  }

  @Test
  void aPauseHoldsInvoicesBackUntilItIsTakenBack() {
    String path = subscribed();
    long revision = own.get(path).path("revision").asLong();
    Instant until = Instant.parse("2099-01-01T00:00:00Z");
    JsonNode paused =
        own.done(
            path + "/pause", "{\"invoices\":\"keep_as_draft\",\"until\":\"%s\"}".formatted(until));
    assertThat(paused.path("collection_pause").toString())
        .isEqualTo("{\"invoices\":\"keep_as_draft\",\"until\":\"2099-01-01T00:00:00Z\"}");
    JsonNode told = own.await(path, now -> now.path("collection_pause").isObject());
    assertThat(told.path("collection_pause")).isEqualTo(paused.path("collection_pause"));
    assertThat(told.path("state").asString()).as("it entitles as before").isEqualTo("trialing");
    assertThat(told.path("revision").asLong()).as("an update is told").isGreaterThan(revision);

    String key = UUID.randomUUID().toString();
    HttpResponse<String> on = own.post(path + "/unpause", "", key);
    assertThat(Caller.answered(on, 200).path("collection_pause").isObject()).isFalse();
    HttpResponse<String> again = own.post(path + "/unpause", "", key);
    assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
    assertThat(again.body()).isEqualTo(on.body());
    own.await(path, now -> !now.path("collection_pause").isObject());
  }

  @Test
  void anEndWhoseAnswerWasLostIsAnsweredToItsRepetitionAlone() {
    for (boolean told : new boolean[] {false, true}) {
      String path = subscribed();
      String key = UUID.randomUUID().toString();
      loseTheAnswer(path);
      Caller.problem(own.post(path + "/cancel", NOW, key), 503, "server.busy");
      if (told) {
        own.await(path, now -> now.path("state").asString("").equals("ended"));
      }
      HttpResponse<String> repeated = own.post(path + "/cancel", NOW, key);
      assertThat(Caller.answered(repeated, 200).path("state").asString()).isEqualTo("ended");
      own.await(path, now -> now.path("state").asString("").equals("ended"));
      Caller.problem(own.post(path + "/cancel", NOW), 409, "request.conflict");
      program.ahead.updateAndGet(ahead -> ahead.plusSeconds(2));
      Caller.problem(
          own.post(path + "/cancel", NOW, UUID.randomUUID().toString()), 409, "request.conflict");
    }
  }

  @Test
  void anEndThatIsNotToldYetIsAConflictToOthers() {
    String path = subscribed();
    loseTheAnswer(path);
    Caller.problem(own.post(path + "/cancel", NOW), 409, "idempotency.outcome_unknown");
    Caller.problem(own.post(path + "/cancel", NOW), 409, "request.conflict");
  }

  @Test
  void aCancellationAtTheEndIsRepeatedWithoutHarmAndTakenBack() {
    String path = subscribed();
    String key = UUID.randomUUID().toString();
    loseTheAnswer(path);
    Caller.problem(own.post(path + "/cancel", "{}", key), 503, "server.busy");
    JsonNode ending = Caller.answered(own.post(path + "/cancel", "{}", key), 200);
    assertThat(ending.path("cancel_at_period_end").asBoolean()).isTrue();
    own.await(path, now -> now.path("cancel_at_period_end").asBoolean());
    for (int i = 0; i < 2; i++) {
      JsonNode kept = own.done(path + "/resume", "").path("subscription");
      assertThat(kept.path("state").asString()).isEqualTo("trialing");
      assertThat(kept.path("cancel_at_period_end").asBoolean()).isFalse();
    }
  }

  @Test
  void aTrialThatWasPausedForWantOfACardGoesOnWithOne() {
    JsonNode made =
        own.made(
            "/subscriptions",
            "{\"customer\":\"%s\",\"price\":\"%s\",\"trial_days\":14,\"trial_without_card\":\"pause\"}"
                .formatted(own.customer(), price));
    String path = "/subscriptions/" + made.path("subscription").path("id").asString();
    String id = made.path("subscription").path("provider_id").asString();
    own.await(path, now -> now.path("state").asString("").equals("trialing"));
    program.atStripe("/_sandbox/subscriptions/" + id + "/renew", "");
    own.await(path, now -> now.path("state").asString("").equals("paused"));
    JsonNode refused = Caller.problem(own.post(path + "/resume", ""), 400, "provider.refused");
    assertThat(refused.path("detail").asString()).contains("no attached payment source");
    String setup = made.path("confirmation").path("client_secret").asString();
    program.atStripe(
        "/v1/setup_intents/%s/confirm".formatted(setup.substring(0, setup.indexOf("_secret_"))),
        "payment_method=pm_card_visa");
    int before = invoices();
    program
        .sandbox
        .faults("stripe")
        .add(
            Fault.timeOutAfterAccepting(Duration.ZERO)
                .onlyFor("/v1/subscriptions/" + id + "/resume")
                .times(1));
    String key = UUID.randomUUID().toString();
    Caller.problem(own.post(path + "/resume", "", key), 503, "server.busy");
    assertThat(invoices()).as("it was done").isEqualTo(before + 1);
    JsonNode waits = Caller.answered(own.post(path + "/resume", "", key), 200);
    for (JsonNode again : new JsonNode[] {waits, own.done(path + "/resume", "")}) {
      assertThat(again.path("subscription").path("state").asString()).isEqualTo("paused");
      assertThat(again.path("confirmation").path("kind").asString()).isEqualTo("payment");
    }
    assertThat(own.get(path + "/confirmation").path("confirmation"))
        .isEqualTo(waits.path("confirmation"));
    assertThat(invoices()).as("one invoice, however often it is asked").isEqualTo(before + 1);
    String payment = waits.path("confirmation").path("client_secret").asString();
    program.atStripe(
        "/v1/payment_intents/%s/confirm"
            .formatted(payment.substring(0, payment.indexOf("_secret_"))),
        "payment_method=pm_card_visa");
    own.await(path, now -> now.path("state").asString("").equals("active"));
    JsonNode done = own.done(path + "/resume", "");
    assertThat(done.path("subscription").path("state").asString()).isEqualTo("active");
    assertThat(done.path("confirmation").isObject()).isFalse();
    assertThat(invoices()).isEqualTo(before + 1);
    JsonNode problem =
        Caller.problem(
            own.post(
                "/subscriptions",
                "{\"customer\":\"%s\",\"price\":\"%s\",\"trial_without_card\":\"pause\"}"
                    .formatted(own.customer(), price)),
            400,
            "request.invalid_field");
    assertThat(problem.path("param").asString()).isEqualTo("trial_without_card");
  }

  /// Stripe goes on charging where it began.
  @Test
  void whatBeganOnAnOlderConnectionIsDoneThereUntilThatIsDisabled() {
    Caller moved = Caller.of(program, "Moved");
    Connection first = program.connect(moved.tenant(), "sk_test_first");
    String path =
        "/subscriptions/"
            + moved
                .made(
                    "/subscriptions",
                    "{\"customer\":\"%s\",\"price\":\"%s\",\"trial_days\":14}"
                        .formatted(moved.customer(), price))
                .path("subscription")
                .path("id")
                .asString();
    moved.await(path, now -> now.path("state").asString("").equals("trialing"));
    // The sandbox refuses this key: a call that takes it fails.
    program.connect(moved.tenant(), "sk_live_revoked");
    assertThat(moved.done(path + "/cancel", "{}").path("cancel_at_period_end").asBoolean())
        .isTrue();
    program
        .tenon
        .connections()
        .change(
            moved.tenant(),
            first.id(),
            new Connections.Change(
                Optional.empty(),
                Optional.of(Connection.State.DISABLED),
                Optional.empty(),
                Map.of(),
                Optional.empty()));
    JsonNode off = Caller.problem(moved.post(path + "/resume", ""), 409, "request.conflict");
    assertThat(off.path("detail").asString()).contains("is disabled");
  }

  @Test
  void whatHasEndedOrIsAnothersIsNotTouched() {
    String path = subscribed();
    for (String action : new String[] {"/cancel", "/pause", "/resume", "/unpause"}) {
      Caller.problem(other.post(path + action, body(action)), 404, "request.not_found");
    }
    own.done(path + "/cancel", NOW);
    own.await(path, now -> now.path("state").asString("").equals("ended"));
    for (String action : new String[] {"/cancel", "/pause", "/resume", "/unpause"}) {
      Caller.problem(own.post(path + action, body(action)), 409, "request.conflict");
    }
  }

  private static String body(String action) {
    return switch (action) {
      case "/cancel" -> "{}";
      case "/pause" -> "{\"invoices\":\"void\"}";
      default -> "";
    };
  }

  @Test
  void badInputIsRefusedWithTheFieldsName() {
    String path = subscribed();
    Caller.problem(own.post(path + "/pause", "{}"), 400, "request.missing_field");
    Caller.problem(
        own.post(path + "/pause", "{\"invoices\":\"lose\"}"), 400, "request.invalid_field");
    JsonNode past =
        Caller.problem(
            own.post(path + "/pause", "{\"invoices\":\"void\",\"until\":\"2020-01-01T00:00:00Z\"}"),
            400,
            "request.invalid_field");
    assertThat(past.path("param").asString()).isEqualTo("until");
  }
}
