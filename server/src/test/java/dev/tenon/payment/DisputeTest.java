package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.inbox.Inbox;
import dev.tenon.tenant.TenantId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of disputes, and of payments that wait for their customer, in whatever order the
/// facts arrive.
class DisputeTest {
  private static final List<String> LIFE =
      List.of(
          dispute("evt_1", "created", 100, "needs_response", ""),
          dispute("evt_2", "funds_withdrawn", 100, "needs_response", ""),
          dispute("evt_3", "updated", 200, "under_review", "{\"status\": \"needs_response\"}"),
          dispute("evt_4", "updated", 300, "won", "{\"status\": \"under_review\"}"),
          dispute("evt_5", "closed", 300, "won", ""),
          dispute("evt_6", "funds_reinstated", 300, "won", ""));

  private final LifeEngine engine = new LifeEngine();

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void anyOrderEndsInTheSameRow() {
    var random = new Random(7);
    Set<List<String>> ends = new HashSet<>();
    for (int i = 0; i < 40; i++) {
      Inbox.Source from = engine.connection(engine.tenant);
      List<String> order = new ArrayList<>(LIFE);
      Collections.shuffle(order, random);
      order.add(order.getFirst());
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
                  select charge_provider_id, payment_intent, amount, currency, reason,
                    provider_status, state, respond_by, funds_withdrawn, funds_reinstated, newest
                  from dispute where connection_id = '%s'
                  """
                      .formatted(from.connection()))
              .getFirst());
    }
    assertThat(ends).hasSize(1);
    assertThat(ends.iterator().next()).contains("ch_1", "pi_1", "won", "2900", "fraudulent");
  }

  @Test
  void isToldFromTheFirstToTheLast() {
    Inbox.Source from = engine.connection(engine.tenant);
    for (String body : LIFE) {
      engine.receive(from, body);
      engine.runAll();
    }
    assertThat(types())
        .containsExactly(
            "dispute.opened",
            "dispute.updated",
            "dispute.updated",
            "dispute.closed",
            "dispute.updated");
  }

  @Test
  void whoHearsOfTheEndFirstHearsOfNoBeginning() {
    Inbox.Source from = engine.connection(engine.tenant);
    engine.receive(from, LIFE.get(4));
    engine.runAll();
    engine.receive(from, LIFE.get(0));
    engine.runAll();
    assertThat(types()).containsExactly("dispute.closed");
  }

  @Test
  void anUnknownStatusIsKeptAndOpen() {
    Inbox.Source from = engine.connection(engine.tenant);
    engine.receive(from, dispute("evt_1", "created", 100, "asked_the_oracle", ""));
    engine.runAll();
    assertThat(engine.rows("select state, provider_status from dispute"))
        .containsExactly(List.of("open", "asked_the_oracle"));
  }

  @Test
  void withoutAStatusItIsIgnored() {
    Inbox.Source from = engine.connection(engine.tenant);
    engine.receive(
        from,
        """
        {"id":"evt_1","object":"event","type":"charge.dispute.created","created":1,
         "livemode":false,"data":{"object":{"id":"du_1","object":"dispute"}}}
        """);
    engine.runAll();
    assertThat(engine.rows("select state from fact")).containsExactly(List.of("ignored"));
  }

  @Test
  void onThePlatformItFindsItsTenantThroughThePayment() {
    Inbox.Source platform = engine.connection(TenantId.PLATFORM);
    String reference =
        engine.db.asTenant(
            engine.tenant,
            tx -> PlatformObjects.announce(tx, platform.connection(), UUID.randomUUID()));
    paid(reference).forEach(body -> engine.receive(platform, body));
    engine.runAll();
    LIFE.forEach(body -> engine.receive(platform, body));
    engine.runAll();
    assertThat(engine.rows("select tenant_id, state from dispute"))
        .containsExactly(List.of(engine.tenant.uuid().toString(), "won"));
  }

  @Test
  void onThePlatformADisputeThatCameBeforeItsPaymentFindsItsTenantLater() {
    Inbox.Source platform = engine.connection(TenantId.PLATFORM);
    UUID effect = UUID.randomUUID();
    String reference =
        engine.db.asTenant(
            engine.tenant, tx -> PlatformObjects.announce(tx, platform.connection(), effect));
    LIFE.forEach(body -> engine.receive(platform, body));
    engine.runAll();
    assertThat(engine.rows("select distinct state from fact"))
        .containsExactly(List.of("unassigned"));
    paid(reference).forEach(body -> engine.receive(platform, body));
    engine.runAll();
    assertThat(engine.rows("select tenant_id, state from dispute"))
        .containsExactly(List.of(engine.tenant.uuid().toString(), "won"));
  }

  /// The payment was made before there were webhooks: the charge names its customer.
  @Test
  void onThePlatformTheChargeOfAnUnknownPaymentIsAskedFor() {
    Inbox.Source platform = engine.connection(TenantId.PLATFORM);
    engine.db.useTenant(
        engine.tenant, tx -> PlatformObjects.remember(tx, platform.connection(), "cus_1"));
    engine.receive(platform, LIFE.getFirst());
    engine.runAll();
    var wish =
        new FetchWish(
            platform.connection(), dev.tenon.connector.stripe.StripeLookUps.Kind.CHARGE, "ch_1");
    assertThat(engine.rows("select payload from waiting_job where kind = 'stripe.fetch'"))
        .containsExactly(List.of(wish.payload()));

    engine.receive(
        platform,
        StripeFetchWork.asEvent(
            wish,
            engine.now.get(),
            Life.json(
                """
                {"id":"ch_1","object":"charge","customer":"cus_1","payment_intent":"pi_1",
                 "amount":2900,"amount_refunded":0,"currency":"eur","livemode":false}
                """)));
    engine.runAll();
    assertThat(engine.rows("select tenant_id, state from dispute"))
        .containsExactly(List.of(engine.tenant.uuid().toString(), "open"));
    assertThat(engine.rows("select provider_id from charge_refund")).isEmpty();
  }

  /// A kind that nobody knows, about an object that is kept.
  @Test
  void aThinEventOfANewKindAsksForItsObject() {
    Inbox.Source from = engine.connection(engine.tenant);
    for (String[] about :
        new String[][] {
          {"v1.customer.subscription.active", "subscription", "sub_1"},
          {"v1.invoice_payment.something", "invoice_payment", "inpay_1"},
          {"v1.refund.new_word", "refund", "re_1"},
          {"v1.radar.early_fraud_warning.created", "radar.early_fraud_warning", "issfr_1"}
        }) {
      engine.receive(
          from,
          """
          {"id":"evt_%2$s","object":"v2.core.event","type":"%1$s",
           "created":"2026-11-25T10:00:00Z","livemode":false,"snapshot_event":"evt_snapshot",
           "related_object":{"id":"%3$s","type":"%2$s","url":"/v1/x"}}
          """
              .formatted(about[0], about[1], about[2]));
    }
    engine.runAll();
    assertThat(
            engine.rows(
                "select split_part(payload, ' ', 2), split_part(payload, ' ', 3) from waiting_job"
                    + " where kind = 'stripe.fetch' order by 1"))
        .containsExactly(
            List.of("INVOICE_PAYMENT", "inpay_1"),
            List.of("REFUND", "re_1"),
            List.of("SUBSCRIPTION", "sub_1"));
  }

  @Test
  void onThePlatformItFindsAPaymentFromBeforeDisputesWereKept() throws Exception {
    Inbox.Source platform = engine.connection(TenantId.PLATFORM);
    engine.db.useTenant(
        TenantId.PLATFORM,
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into connection (tenant_id, id, provider, name, environment, state,
                      state_reason, settings, created_at, updated_at)
                    values (?, ?, 'stripe', 'S', 'development', 'active', '', '{}', now(), now())
                    """,
                    TenantId.PLATFORM.uuid(),
                    platform.connection()));
    engine.db.useTenant(
        engine.tenant,
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into payment_link (tenant_id, connection_id, payment_intent,
                      invoice_provider_id)
                    values (?, ?, 'pi_1', 'in_1')
                    """,
                    engine.tenant.uuid(),
                    platform.connection()));
    // What the upgrade does.
    String migration =
        new String(
            java.util.Objects.requireNonNull(
                    DisputeTest.class.getResourceAsStream(
                        "/db/migration/V202611250305__intents_and_keys.sql"))
                .readAllBytes(),
            java.nio.charset.StandardCharsets.UTF_8);
    int start = migration.indexOf("insert into provider_object");
    engine.change(migration.substring(start, migration.indexOf(';', start)));
    LIFE.forEach(body -> engine.receive(platform, body));
    engine.runAll();
    assertThat(engine.rows("select tenant_id, state from dispute"))
        .containsExactly(List.of(engine.tenant.uuid().toString(), "won"));
  }

  private static List<String> paid(String reference) {
    return List.of(
        """
        {"id":"evt_a","object":"event","type":"invoice.paid","created":50,"livemode":false,
         "data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1","amount_paid":2900,
          "currency":"eur","parent":{"subscription_details":{"subscription":"sub_1",
          "metadata":{"tenon_ref":"%s"}}}}}}
        """
            .formatted(reference),
        """
        {"id":"evt_b","object":"event","type":"invoice_payment.paid","created":50,"livemode":false,
         "data":{"object":{"id":"inpay_1","object":"invoice_payment","invoice":"in_1",
          "payment":{"type":"payment_intent","payment_intent":"pi_1"}}}}
        """);
  }

  @Test
  void aPaymentThatWaitsForItsCustomerSaysSo() {
    List<String> life =
        List.of(
            invoice("evt_1", "payment_action_required", 100, 0),
            invoice("evt_2", "payment_failed", 100, 0),
            invoice("evt_3", "paid", 200, 2900));
    Inbox.Source one = engine.connection(engine.tenant);
    engine.receive(one, life.getFirst());
    engine.runAll();
    assertThat(engine.rows("select state, amount from payment"))
        .containsExactly(List.of("action_required", "2900"));
    assertThat(types()).containsExactly("payment.action_required");

    Set<List<String>> ends = new HashSet<>();
    for (List<Integer> order :
        List.of(
            List.of(0, 1, 2),
            List.of(0, 2, 1),
            List.of(1, 0, 2),
            List.of(1, 2, 0),
            List.of(2, 0, 1),
            List.of(2, 1, 0))) {
      Inbox.Source from = engine.connection(engine.tenant);
      for (int index : order) {
        engine.receive(from, life.get(index));
        engine.runAll();
      }
      ends.add(
          engine
              .rows(
                  """
                  select state, amount, failed_tries, action_tries, paid_at from payment
                  where connection_id = '%s'
                  """
                      .formatted(from.connection()))
              .getFirst());
    }
    assertThat(ends).hasSize(1);
    assertThat(ends.iterator().next()).startsWith("succeeded", "2900", "1", "1");
  }

  private List<String> types() {
    return engine.rows("select type from event order by id").stream().map(List::getFirst).toList();
  }

  private static String dispute(
      String id, String kind, long created, String status, String previous) {
    return """
        {"id":"%s","object":"event","type":"charge.dispute.%s","created":%d,"livemode":false,
         "data":{"object":{"id":"du_1","object":"dispute","charge":"ch_1","payment_intent":"pi_1",
          "amount":2900,"currency":"eur","reason":"fraudulent","status":"%s",
          "evidence_details":{"due_by":1800000000}}%s}}
        """
        .formatted(
            id,
            kind,
            created,
            status,
            previous.isEmpty() ? "" : ",\"previous_attributes\":" + previous);
  }

  private static String invoice(String id, String kind, long created, long paid) {
    return """
        {"id":"%s","object":"event","type":"invoice.%s","created":%d,"livemode":false,
         "data":{"object":{"id":"in_1","object":"invoice","customer":"cus_1","amount_due":2900,
          "amount_paid":%d,"currency":"eur","attempt_count":1}}}
        """
        .formatted(id, kind, created, paid);
  }
}
