package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.inbox.Inbox;
import dev.tenon.tenant.TenantId;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What it costs to apply a webhook: the statements of a batch are counted, and their number does
/// not grow with the number of its facts.
class StatementCountTest {
  private final LifeEngine engine = new LifeEngine();

  @AfterEach
  void stop() {
    engine.close();
  }

  @Test
  void aBatchTakesAsManyStatementsForOneLifeAsForMany() {
    Inbox.Source from = engine.connection(engine.tenant);
    for (int lives : List.of(1, 2, 16)) {
      for (int life = 0; life < lives; life++) {
        receive(from, lives + "x" + life);
      }
      engine.runAll();
    }
    sameForAll();
  }

  @Test
  void soItDoesOnThePlatformsConnection() {
    Inbox.Source from = engine.connection(TenantId.PLATFORM);
    for (int lives : List.of(1, 2, 16)) {
      for (int life = 0; life < lives; life++) {
        String customer = "cus_%sx%s".formatted(lives, life);
        engine.db.useTenant(
            engine.tenant, tx -> PlatformObjects.remember(tx, from.connection(), customer));
        receive(from, lives + "x" + life);
      }
      engine.runAll();
    }
    sameForAll();
  }

  private void sameForAll() {
    Set<Integer> sizes = new HashSet<>();
    int most = 0;
    for (LifeEngine.Batch batch : engine.batches) {
      sizes.add(batch.facts());
      most = Math.max(most, batch.statements());
    }
    assertThat(sizes).as("batches of different sizes").hasSizeGreaterThan(1);
    LifeEngine.Batch smallest = engine.batches.getFirst();
    assertThat(engine.batches)
        .allSatisfy(
            batch ->
                assertThat(batch.statements())
                    .as("%s against %s", batch, smallest)
                    .isLessThanOrEqualTo(smallest.statements()));
    assertThat(most).as("statements of a batch").isLessThanOrEqualTo(STATEMENTS_MAX);
    assertThat(engine.rows("select distinct state from fact")).containsExactly(List.of("applied"));
  }

  /// Reads of what is known of customers, subscriptions, payments, refunds and what leads from one
  /// to the other; a write of each; events, deliveries and mails.
  private static final int STATEMENTS_MAX = 40;

  private void receive(Inbox.Source from, String life) {
    for (String body :
        List.of(
            """
            {"id":"evt_c_ID","object":"event","type":"customer.created","created":100,
             "data":{"object":{"id":"cus_ID","object":"customer","email":"a@customer.test"}}}
            """,
            """
            {"id":"evt_s_ID","object":"event","type":"customer.subscription.created","created":101,
             "data":{"object":{"id":"sub_ID","object":"subscription","customer":"cus_ID",
              "status":"active",
              "items":{"data":[{"id":"si_ID","price":{"id":"price_1"},"quantity":1}]}}}}
            """,
            """
            {"id":"evt_i_ID","object":"event","type":"invoice.paid","created":102,
             "data":{"object":{"id":"in_ID","object":"invoice","customer":"cus_ID",
              "status":"paid","amount_paid":900,"amount_due":900,"currency":"eur",
              "billing_reason":"subscription_cycle",
              "parent":{"subscription_details":{"subscription":"sub_ID"}}}}}
            """)) {
      engine.receive(from, body.replace("ID", life));
    }
  }
}
