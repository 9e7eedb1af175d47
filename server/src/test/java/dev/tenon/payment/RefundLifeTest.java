package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.inbox.Inbox;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What went back of a charge is a function of the facts, and a refund that fails is no longer part
/// of it, whatever order its facts come in.
class RefundLifeTest {
  private static final List<String> LIFE =
      List.of(
          refund("evt_1", "refund.created", 100, "re_1", 1000, "succeeded"),
          charge("evt_2", 100, 1000),
          refund("evt_3", "refund.created", 200, "re_2", 500, "pending"),
          charge("evt_4", 200, 1500),
          refund("evt_5", "refund.updated", 250, "re_2", 500, "succeeded"),
          refund("evt_6", "refund.failed", 300, "re_1", 1000, "failed"),
          refund("evt_7", "charge.refund.updated", 300, "re_1", 1000, "failed"),
          refund("evt_8", "refund.created", 400, "re_3", 300, "a_new_word"),
          charge("evt_9", 400, 800));

  private final LifeEngine engine = new LifeEngine();

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void anyOrderEndsInTheSameRows() {
    var random = new Random(4);
    Set<List<List<String>>> ends = new HashSet<>();
    for (int round = 0; round < 30; round++) {
      Inbox.Source from = engine.connection(engine.tenant);
      List<String> order = new ArrayList<>(LIFE);
      Collections.shuffle(order, random);
      for (String body : order) {
        engine.receive(from, body);
        if (round % 2 == 0) {
          engine.runAll();
        }
      }
      engine.runAll();
      ends.add(
          engine.rows(
              """
              select provider_id, amount_refunded::text, payment_intent, 'eur' from charge_refund
              where connection_id = '%1$s'
              union all
              select provider_id, amount::text, state, failure_reason from refund
              where connection_id = '%1$s' order by 1
              """
                  .formatted(from.connection())));
      assertThat(
              engine.rows(
                  """
                  select count(*) from event where type = 'payment.refund_failed'
                    and payload::json->>'connection' = '%s'
                  """
                      .formatted(
                          dev.tenon.id.Ids.write(
                              dev.tenon.id.Prefix.CONNECTION, from.connection()))))
          .containsExactly(List.of("1"));
    }
    assertThat(ends)
        .containsExactly(
            List.of(
                List.of("ch_1", "800", "pi_1", "eur"),
                List.of("re_1", "1000", "failed", "expired_or_canceled_card"),
                List.of("re_2", "500", "succeeded", "null"),
                List.of("re_3", "300", "pending", "null")));
  }

  /// As from an endpoint that was made before single refunds were listened to.
  @Test
  void whatOnlyTheChargeToldOfIsLoweredByAFailure() {
    Inbox.Source from = engine.connection(engine.tenant);
    engine.receive(from, LIFE.get(3));
    engine.runAll();
    assertThat(total()).isEqualTo("1500");
    engine.receive(from, LIFE.get(5));
    engine.runAll();
    assertThat(total()).isEqualTo("500");
    // A fact from before the failure changes nothing, one from after it counts as it is.
    engine.receive(from, LIFE.get(1));
    engine.runAll();
    assertThat(total()).isEqualTo("500");
    engine.receive(from, LIFE.get(8));
    engine.runAll();
    assertThat(total()).isEqualTo("800");
  }

  private String total() {
    return engine.rows("select amount_refunded from charge_refund").getFirst().getFirst();
  }

  private static String refund(
      String event, String type, int second, String id, int amount, String status) {
    return """
        {"id":"%s","object":"event","type":"%s","created":%d,"livemode":false,
         "data":{"object":{"id":"%s","object":"refund","charge":"ch_1","payment_intent":"pi_1",
          "amount":%d,"currency":"eur","status":"%s"%s}}}
        """
        .formatted(
            event,
            type,
            second,
            id,
            amount,
            status,
            status.equals("failed") ? ",\"failure_reason\":\"expired_or_canceled_card\"" : "");
  }

  private static String charge(String event, int second, int refunded) {
    return """
        {"id":"%s","object":"event","type":"charge.refunded","created":%d,"livemode":false,
         "data":{"object":{"id":"ch_1","object":"charge","payment_intent":"pi_1","amount":2900,
          "currency":"eur","amount_refunded":%d}}}
        """
        .formatted(event, second, refunded);
  }
}
