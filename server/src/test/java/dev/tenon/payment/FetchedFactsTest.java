package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connection.Connection;
import dev.tenon.connector.stripe.StripeLookUps;
import dev.tenon.db.Partitions;
import dev.tenon.inbox.Inbox;
import dev.tenon.sandbox.Fault;
import dev.tenon.tenant.TenantId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What Stripe is asked for is one more fact: whenever it arrives, the end is the same.
class FetchedFactsTest {
  @TempDir private Path folder;

  @Test
  void twoAnswersOfOneSecondAreTwoFacts() {
    JsonNode object =
        JsonMapper.shared().readTree("{\"id\":\"sub_1\",\"object\":\"subscription\"}");
    var wish = new FetchWish(new java.util.UUID(1, 1), StripeLookUps.Kind.SUBSCRIPTION, "sub_1");
    Instant at = Instant.parse("2026-11-24T10:00:00.100Z");
    JsonNode one = JsonMapper.shared().readTree(StripeFetchWork.asEvent(wish, at, object));
    JsonNode other =
        JsonMapper.shared().readTree(StripeFetchWork.asEvent(wish, at.plusMillis(1), object));
    assertThat(one.path("id")).isNotEqualTo(other.path("id"));
    assertThat(one.path("created")).isEqualTo(other.path("created"));
  }

  @Test
  void aFetchedFactInAnyPositionEndsInTheSameState() {
    JsonNode fetched =
        JsonMapper.shared()
            .readTree(
                """
                {"id":"sub_1","object":"subscription","customer":"cus_1","status":"past_due",
                 "items":{"data":[{"id":"si_1","price":{"id":"price_2"},"quantity":7}]}}
                """);
    try (LifeEngine engine = new LifeEngine()) {
      // One second after the last event, in the second of the last one, and between two.
      for (long second : List.of(400L, 300L, 250L)) {
        var wish =
            new FetchWish(new java.util.UUID(1, 1), StripeLookUps.Kind.SUBSCRIPTION, "sub_1");
        List<String> life =
            List.of(
                subscription("evt_1", "created", 100, "incomplete", 1, ""),
                subscription("evt_2", "updated", 200, "active", 1, "{\"status\":\"incomplete\"}"),
                subscription("evt_3", "updated", 300, "active", 2, "{\"quantity\":1}"),
                StripeFetchWork.asEvent(wish, java.time.Instant.ofEpochSecond(second), fetched));
        Set<List<String>> ends = new HashSet<>();
        var random = new Random(second);
        for (int i = 0; i < 24; i++) {
          List<String> order = new ArrayList<>(life);
          Collections.shuffle(order, random);
          Inbox.Source from = engine.connection(engine.tenant);
          for (String body : order) {
            engine.receive(from, body);
            if (random.nextBoolean()) {
              engine.runAll();
            }
          }
          engine.runAll();
          ends.add(
              engine
                  .rows(
                      """
                      select provider_status, state, price, quantity, was_active, newest
                      from subscription where connection_id = '%s'
                      """
                          .formatted(from.connection()))
                  .getFirst());
        }
        assertThat(ends).as("fetched at %d", second).hasSize(1);
        assertThat(ends.iterator().next().getFirst())
            .isEqualTo(second == 250 ? "active" : "past_due");
      }
    }
  }

  @Test
  void aTieThatTheRuleCannotBreakIsAskedAbout() {
    try (LifeEngine engine = new LifeEngine()) {
      Inbox.Source from = engine.connection(engine.tenant);
      engine.receive(from, subscription("evt_1", "updated", 100, "active", 1, ""));
      engine.receive(from, subscription("evt_2", "updated", 100, "active", 2, ""));
      engine.runAll();
      assertThat(engine.rows("select kind, payload from waiting_job where kind = 'stripe.fetch'"))
          .containsExactly(List.of("stripe.fetch", from.connection() + " SUBSCRIPTION sub_1"));
      assertThat(engine.rows("select count(*) from waiting_job where wake_at is not null"))
          .containsExactly(List.of("1"));
    }
  }

  /// Else the price of an eleventh item would entitle nobody.
  @Test
  void oneOfWhichAPartOfTheItemsIsShownIsAskedAbout() {
    try (LifeEngine engine = new LifeEngine()) {
      Inbox.Source from = engine.connection(engine.tenant);
      engine.receive(
          from,
          """
          {"id":"evt_1","object":"event","type":"customer.subscription.created","created":100,
           "data":{"object":{"id":"sub_1","object":"subscription","status":"active",
            "items":{"has_more":true,"data":[{"id":"si_1","price":{"id":"price_1"}}]}}}}
          """);
      engine.runAll();
      assertThat(engine.rows("select payload from waiting_job where kind = 'stripe.fetch'"))
          .containsExactly(List.of(from.connection() + " SUBSCRIPTION sub_1"));
    }
  }

  @Test
  void oneThatItBreaksIsNot() {
    try (LifeEngine engine = new LifeEngine()) {
      Inbox.Source from = engine.connection(engine.tenant);
      engine.receive(from, subscription("evt_1", "created", 100, "incomplete", 1, ""));
      engine.receive(
          from, subscription("evt_2", "updated", 100, "active", 1, "{\"status\":\"incomplete\"}"));
      engine.receive(from, subscription("evt_3", "updated", 100, "active", 2, "{\"quantity\":1}"));
      engine.runAll();
      assertThat(engine.rows("select kind from waiting_job where kind = 'stripe.fetch'")).isEmpty();
    }
  }

  @Test
  void thinEventsAreResolvedByFetching() {
    try (PaymentProgram program = new PaymentProgram(folder)) {
      TenantId tenant = program.tenant("Acme");
      String key = program.key(tenant);
      Connection _ = program.connect(tenant, "sk_test_program");
      String endpoint =
          PaymentProgram.json(program.stripeCall("GET", "/v1/webhook_endpoints"))
              .path("data")
              .path(0)
              .path("id")
              .asString();
      program.stripeCall("POST", "/_sandbox/webhook-endpoints/" + endpoint + "/thin");
      // A pause that Stripe asks for in the middle loses nothing.
      program
          .sandbox
          .faults("stripe")
          .set(List.of(Fault.status(429).times(1).onlyFor("/v1/events/")));
      JsonNode session =
          program.atStripe(
              "/v1/checkout/sessions",
              "mode=subscription&success_url=https://a.test/yes&line_items[0][quantity]=1"
                  + "&line_items[0][price]="
                  + program.price());
      program.stripe.pay(session.path("id").asString());
      program.awaitAnswer(
          tenant,
          "/subscriptions",
          key,
          found -> {
            program.ahead.set(program.ahead.get().plus(Duration.ofMillis(100)));
            return found.path("data").size() == 1
                && found.path("data").path(0).path("state").asString().equals("active");
          });
      JsonNode events =
          PaymentProgram.json(program.call("GET", tenant, "/received-events?limit=100", key, ""));
      assertThat(events.path("data").valueStream().map(one -> one.path("origin").asString()))
          .contains("webhook", "fetch")
          .doesNotContain("reconciliation");
    }
  }

  @Test
  void beyondWhatStripeRemembersTheStateIsFetched() {
    try (PaymentProgram program = new PaymentProgram(folder)) {
      TenantId tenant = program.tenant("Acme");
      String key = program.key(tenant);
      Connection connection = program.connect(tenant, "sk_test_program");
      JsonNode session =
          program.atStripe(
              "/v1/checkout/sessions",
              "mode=subscription&success_url=https://a.test/yes&line_items[0][quantity]=1"
                  + "&line_items[0][price]="
                  + program.price());
      program.stripe.pay(session.path("id").asString());
      String subscription =
          program
              .awaitAnswer(
                  tenant,
                  "/subscriptions",
                  key,
                  found -> found.path("data").path(0).path("state").asString("").equals("active"))
              .path("data")
              .path(0)
              .path("provider_id")
              .asString();
      program.sandbox.faults("stripe").set(List.of(Fault.loseWebhooks()));
      program.stripeCall("POST", "/_sandbox/subscriptions/" + subscription + "/cancel");
      program.ahead.set(Duration.ofDays(40));
      // Otherwise made within the hour.
      assertThat(
              new Partitions(
                      program.tenon.database(), () -> Instant.now().plus(program.ahead.get()))
                  .make())
          .isPositive();
      var made =
          program.call(
              "POST",
              tenant,
              "/reconciliations",
              key,
              "{\"connection\": \"%s\"}".formatted(connection.id()));
      assertThat(made.statusCode()).as(made.body()).isEqualTo(202);
      assertThat(PaymentProgram.json(made).path("gap_since").isString()).isTrue();
      program.awaitAnswer(
          tenant,
          "/subscriptions?limit=5",
          key,
          found -> {
            program.ahead.set(program.ahead.get().plus(Duration.ofMillis(100)));
            return found.path("data").path(0).path("state").asString("").equals("ended");
          });
    }
  }

  private static String subscription(
      String id, String kind, long created, String status, int quantity, String previous) {
    return """
        {"id":"%s","object":"event","type":"customer.subscription.%s","created":%d,
         "livemode":false,"data":{"object":{"id":"sub_1","object":"subscription",
         "customer":"cus_1","status":"%s",
         "quantity":%d,"items":{"data":[{"id":"si_1","price":{"id":"price_1"},"quantity":%d}]}}%s}}
        """
        .formatted(
            id,
            kind,
            created,
            status,
            quantity,
            quantity,
            previous.isEmpty() ? "" : ",\"previous_attributes\":" + previous);
  }
}
