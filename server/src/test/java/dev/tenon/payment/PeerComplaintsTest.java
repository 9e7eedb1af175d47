package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.Received;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What users of other Stripe integrations complain of in public, about what happens to events: one
/// test for each, which shows that it doesn't happen here. [PeerComplaintsAtStripeTest] has those
/// that take the whole program.
class PeerComplaintsTest {
  private final LifeEngine engine = new LifeEngine();
  private final Inbox.Source from = engine.connection(engine.tenant);

  @AfterEach
  void stop() {
    engine.close();
  }

  /// laravel/cashier #1307, #1300, #1593, #1678, #1759, #1760, #1773; pay-rails/pay #282, #382;
  /// invertase/stripe-firebase-extensions #119; stripe/stripe-cli #418; dj-stripe #1560, #409,
  /// #429: `created` after `updated`, or both at once: stuck `incomplete`, or an error of a unique
  /// key.
  @Test
  void createdAndUpdatedMayComeInEitherOrder() {
    engine.receive(from, updated("evt_2", 200, "active", "\"status\":\"incomplete\""));
    engine.runAll();
    engine.receive(from, created("evt_1", 100, "incomplete"));
    engine.runAll();

    assertThat(engine.rows("select provider_status, state from subscription"))
        .containsExactly(List.of("active", "active"));
    assertThat(engine.rows("select distinct state from fact")).containsExactly(List.of("applied"));
  }

  /// stripe/sync-engine #268: of two events in one second the newest is lost.
  @Test
  void ofOneSecondTheNewestCounts() {
    List<String> second =
        List.of(
            created("evt_1", 100, "incomplete"),
            updated("evt_2", 100, "active", "\"status\":\"incomplete\""),
            updated("evt_3", 100, "past_due", "\"status\":\"active\""));
    for (int round = 0; round < 6; round++) {
      Inbox.Source own = engine.connection(engine.tenant);
      List<String> order = new ArrayList<>(second);
      Collections.rotate(order, round);
      if (round > 2) {
        Collections.reverse(order);
      }
      for (String body : order) {
        engine.receive(own, body);
        engine.runAll();
      }
      assertThat(
              engine.rows(
                  "select provider_status from subscription where connection_id = '%s'"
                      .formatted(own.connection())))
          .as("round %d", round)
          .containsExactly(List.of("past_due"));
    }
  }

  /// dj-stripe #1239; better-auth #9130, #7099; wasp-lang/open-saas #688;
  /// woocommerce-gateway-stripe #4271, #889; getlago/lago-api PR #1374: an event that comes twice
  /// makes rows, credits or mails twice.
  @Test
  void whatComesTwiceCountsOnce() {
    Life sale = DocumentedLives.sale(false);
    for (int time = 0; time < 3; time++) {
      for (String body : sale.bodies()) {
        Received received = engine.receive(from, body);
        assertThat(received).isEqualTo(new Received.Accepted(time == 0));
      }
      engine.runAll();
    }

    assertThat(engine.rows("select count(*) from subscription")).containsExactly(List.of("1"));
    assertThat(
            engine.rows(
                """
                select type, count(*) from event
                where type in ('subscription.activated', 'subscription.cancelled')
                group by type order by type
                """))
        .containsExactly(
            List.of("subscription.activated", "1"), List.of("subscription.cancelled", "1"));
    assertThat(engine.rows("select template, count(*) from message group by template order by 1"))
        .containsExactly(
            List.of("subscription-cancellation", "1"), List.of("subscription-confirmation", "1"));
  }

  /// dj-stripe #832; frappe/payments PR #240: an event is marked as seen before it is applied, so
  /// what fails is never tried again.
  @Test
  void whatFailedIsAppliedAfterwardsAndOnce() {
    engine.receive(from, created("evt_1", 100, "active"));
    var runs = new AtomicInteger();
    try (LifeEngine.Node node = engine.new Node(() -> runs.incrementAndGet() == 1)) {
      try {
        int _ = node.claimAndRun();
      } catch (RuntimeException | Error _) {
        // It dies.
      }
      assertThat(node.hasCrashed()).isTrue();
    }
    assertThat(engine.rows("select count(*) from subscription")).containsExactly(List.of("0"));
    // Sent once more by Stripe: known, and not lost by that.
    assertThat(engine.receive(from, created("evt_1", 100, "active")))
        .isEqualTo(new Received.Accepted(false));

    engine.later(java.time.Duration.ofMinutes(10));
    engine.runAll();

    assertThat(engine.rows("select state from subscription")).containsExactly(List.of("active"));
    assertThat(engine.rows("select count(*) from event where type = 'subscription.activated'"))
        .containsExactly(List.of("1"));
  }

  /// better-auth #2087, #2345; stripe-java #771, #1108, #1519; unkeyed/unkey PR #6413; mozilla/fxa
  /// PR #20811: a new API version moves fields, and handlers read nothing.
  @Test
  void bothShapesAreReadWhole() {
    for (boolean old : new boolean[] {true, false}) {
      Inbox.Source own = engine.connection(engine.tenant);
      DocumentedLives.sale(old).bodies().forEach(body -> engine.receive(own, body));
      DocumentedLives.invoice(old).bodies().forEach(body -> engine.receive(own, body));
      engine.runAll();
      String where = "where connection_id = '%s'".formatted(own.connection());
      assertThat(
              engine.rows(
                  "select period_end is not null, price is not null from subscription " + where))
          .as("old %s", old)
          .contains(List.of("t", "t"));
      assertThat(engine.rows("select subscription_provider_id is not null from payment " + where))
          .as("old %s", old)
          .containsOnly(List.of("t"));
    }
  }

  /// better-auth #5535, #5780: a cancellation in the portal is not seen, since under flexible
  /// billing it is `cancel_at` and not `cancel_at_period_end`.
  @Test
  void aCancellationInThePortalIsSeen() {
    engine.receive(from, created("evt_1", 100, "active"));
    engine.receive(
        from,
        updated("evt_2", 200, "active", "\"cancel_at\":null")
            .replace("\"status\":\"active\",", "\"status\":\"active\",\"cancel_at\":1792592000,"));
    engine.runAll();
    assertThat(engine.rows("select extract(epoch from cancel_at)::bigint, state from subscription"))
        .containsExactly(List.of("1792592000", "active"));
  }

  /// supabase/stripe-sync-engine: 400 "Unhandled webhook event" for a type that it doesn't know, so
  /// that Stripe switches the endpoint off.
  @Test
  void anUnknownTypeIsTaken() {
    assertThat(
            engine.receive(
                from,
                created("evt_1", 100, "active").replace("customer.subscription.created", "a.b")))
        .isEqualTo(new Received.Accepted(true));
    engine.runAll();
    assertThat(engine.rows("select state from fact")).containsExactly(List.of("ignored"));
  }

  private static String created(String id, long at, String status) {
    return event(id, "created", at, status, "");
  }

  private static String updated(String id, long at, String status, String previous) {
    return event(id, "updated", at, status, ",\"previous_attributes\":{%s}".formatted(previous));
  }

  private static String event(String id, String kind, long at, String status, String previous) {
    return """
        {"id":"%s","object":"event","type":"customer.subscription.%s","created":%d,
         "livemode":false,"data":{"object":{"id":"sub_1","object":"subscription",
         "customer":"cus_1","status":"%s",
         "items":{"data":[{"id":"si_1","price":{"id":"price_1"},"quantity":1}]}}%s}}
        """
        .formatted(id, kind, at, status, previous);
  }
}
