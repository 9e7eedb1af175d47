package dev.tenon.payment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// The question that an application asks on every request is one look into an index, also by a plan
/// that was made without knowing for whom.
class EntitlementPlanTest {
  @Test
  void findsACustomersSubscriptionsByTheirIndex() {
    try (LifeEngine engine = new LifeEngine()) {
      String sql =
          PaymentViews.heldBy(true)
              .replace(":tenant", "$1")
              .replace(":customer", "$2")
              .replace(":price", "$3");
      String settings =
          """
          set enable_seqscan = off; set enable_bitmapscan = off;
          set plan_cache_mode = force_generic_plan;
          prepare held (uuid, text, text) as
          """
              + sql;
      String plan =
          String.join(
              "\n",
              engine
                  .rows(
                      settings,
                      """
                      explain (costs off)
                      execute held ('00000000-0000-0000-0000-000000000001', 'cus_1', 'price_1')
                      """)
                  .stream()
                  .map(java.util.List::getFirst)
                  .toList());
      assertThat(plan)
          .contains("Index Scan using subscription_held")
          .containsPattern("Index Cond: .*tenant_id = .*customer_provider_id = ");
    }
  }
}
