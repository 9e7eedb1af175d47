package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What entitles, read in one statement that looks a customer's few living subscriptions up by
/// their index, however many others there are.
final class EntitlementQueries {

  /// Who may use the plan.
  sealed interface Who {
    /// A customer, by the provider's id.
    record Providers(String id) implements Who {}

    /// A customer, by our id.
    record Ours(UUID id) implements Who {}

    /// The tenant itself, as a customer of the platform's.
    record Itself() implements Who {}
  }

  /// A statement for each way to name a customer, instead of one with a case: each is looked up by
  /// its index, also by a plan that PostgreSQL made without knowing the customer.
  ///
  /// A connection that is disabled or broken may not tell any more what became of its
  /// subscriptions. They count as it told last: until the end of the period, and the three days for
  /// which Stripe repeats a webhook.
  static String sql(Who who) {
    String joined =
        """
        join customer o on o.tenant_id = s.tenant_id and o.connection_id = s.connection_id
            and o.provider_id = s.customer_provider_id
        where o.tenant_id = :tenant and %s and
        """;
    return """
    select s.id, s.provider_id, s.state, s.prices, s.environment,
      s.provider_status in ('active', 'trialing', 'past_due') and (
        s.connection_id <> all (w.quiet)
        or coalesce(greatest(s.period_end, s.trial_end), s.as_of) + interval '3 days' > :now
      ) as entitles
    from payment_world() w cross join subscription s
      %s s.tenant_id = :tenant and s.state <> 'ended' and s.as_of is not null
      and (:price::text is null or s.prices @> array[:price::text])
      and case when :environment::text is null then s.environment = 'production' or not w.live_only
        else s.environment = :environment::text end
    order by entitles desc, s.id desc limit 20
    """
        .formatted(
            switch (who) {
              case Who.Providers _ -> "where s.customer_provider_id = :customer and";
              case Who.Ours _ -> joined.formatted("o.id = :customer");
              case Who.Itself _ -> joined.formatted("o.subscriber = 'tenant'");
            });
  }

  /// The subscriptions that may entitle, by any of their items; those that do come first.
  ///
  /// @param environment null for what counts by itself
  List<EntitlementRoutes.EntitlingSubscription> held(
      TenantTx tx, Who who, @Nullable String price, @Nullable String environment, Instant now) {
    var query = tx.handle().createQuery(sql(who));
    switch (who) {
      case Who.Providers(String id) -> query.bind("customer", id);
      case Who.Ours(UUID id) -> query.bind("customer", id);
      case Who.Itself _ -> {
        // It is marked in the rows.
      }
    }
    return query
        .bind("tenant", tx.tenant().uuid())
        .bind("price", price)
        .bind("environment", environment)
        .bind("now", now)
        .map((row, _) -> row(row))
        .list();
  }

  private static EntitlementRoutes.EntitlingSubscription row(ResultSet row) throws SQLException {
    return new EntitlementRoutes.EntitlingSubscription(
        Ids.write(Prefix.SUBSCRIPTION, row.getObject("id", UUID.class)),
        row.getString("provider_id"),
        row.getString("state"),
        List.of((String[]) row.getArray("prices").getArray()),
        row.getBoolean("entitles"),
        row.getString("environment"));
  }
}
