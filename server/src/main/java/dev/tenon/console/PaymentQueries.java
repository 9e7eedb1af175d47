package dev.tenon.console;

import static dev.tenon.console.InboxQueries.instant;
import static dev.tenon.console.InboxQueries.text;

import dev.tenon.connector.stripe.StripeAmounts;
import dev.tenon.db.TenantTx;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the pages about subscriptions and payments read.
final class PaymentQueries {
  private static final String SUBSCRIPTIONS =
      """
      select s.id, s.provider_id, s.state, s.plan, s.currency,
        cardinality(s.prices) as prices,
        case when s.items = '[]' then s.unit_amount::numeric * coalesce(s.quantity, 1)
          else (select case when bool_and(i->>'unitAmount' is not null)
              then sum((i->>'unitAmount')::numeric * (i->>'quantity')::numeric) end
            from json_array_elements(s.items::json) i) end as total,
        s.cancel_at_period_end, s.period_end, s.cancel_at, s.ended_at,
        s.updated_at, s.environment, coalesce(c.email, c.name, s.customer_provider_id) as customer
      from subscription s
      left join customer c on c.tenant_id = s.tenant_id
        and c.connection_id = s.connection_id and c.provider_id = s.customer_provider_id
      where s.tenant_id = :tenant
      """;

  /// Rows that only others have mentioned so far are not listed, as in the API.
  private static final String TOLD = " and s.as_of is not null";

  private static final String PAYMENTS =
      """
      select p.id, p.provider_id, p.state, p.amount, p.currency, p.failed_tries,
        p.created_at, p.environment, coalesce(c.email, c.name, p.customer_provider_id) as customer
      from payment p
      left join customer c on c.tenant_id = p.tenant_id
        and c.connection_id = p.connection_id and c.provider_id = p.customer_provider_id
      where p.tenant_id = :tenant
      """;

  List<SubscriptionRow> subscriptions(TenantTx tx, UUID before, int limit, Instant now) {
    return tx.handle()
        .createQuery(SUBSCRIPTIONS + TOLD + " and s.id < :before order by s.id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("limit", limit)
        .map((row, _) -> subscription(row, now))
        .list();
  }

  Optional<SubscriptionRow> subscription(TenantTx tx, UUID id, Instant now) {
    return tx.handle()
        .createQuery(SUBSCRIPTIONS + " and s.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> subscription(row, now))
        .findOne();
  }

  private static SubscriptionRow subscription(ResultSet row, Instant now) throws SQLException {
    String plan = text(row, "plan");
    @Nullable BigDecimal total = row.getBigDecimal("total");
    String amount = total == null ? "" : money(total, text(row, "currency"));
    return new SubscriptionRow(
        row.getObject("id", UUID.class),
        row.getString("provider_id"),
        text(row, "customer"),
        Mark.subscription(row.getString("state")),
        plan(plan, row.getInt("prices")),
        amount,
        ends(row, now),
        world(row),
        new Moment(instant(row, "updated_at"), now));
  }

  /// What test data is of; nothing is said of what is real.
  static String world(ResultSet row) throws SQLException {
    String environment = row.getString("environment");
    return environment.equals("production") ? "" : environment;
  }

  /// A name, never an id: that tells nobody anything.
  static String plan(String name, int prices) {
    String first = name.isEmpty() ? "unnamed" : name;
    return prices > 1 ? first + " and " + (prices - 1) + " more" : first;
  }

  private static String ends(ResultSet row, Instant now) throws SQLException {
    @Nullable OffsetDateTime ended = row.getObject("ended_at", OffsetDateTime.class);
    if (ended != null) {
      return "ended " + new Moment(ended.toInstant(), now).day();
    }
    @Nullable OffsetDateTime cancel = row.getObject("cancel_at", OffsetDateTime.class);
    @Nullable OffsetDateTime period = row.getObject("period_end", OffsetDateTime.class);
    if (cancel != null) {
      return "ends " + new Moment(cancel.toInstant(), now).day();
    }
    if (period == null) {
      return "";
    }
    String day = new Moment(period.toInstant(), now).day();
    return (row.getBoolean("cancel_at_period_end") ? "ends " : "renews ") + day;
  }

  List<PaymentRow> payments(TenantTx tx, UUID before, int limit, Instant now) {
    return tx.handle()
        .createQuery(PAYMENTS + " and p.id < :before order by p.id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before)
        .bind("limit", limit)
        .map((row, _) -> payment(row, now))
        .list();
  }

  Optional<PaymentRow> payment(TenantTx tx, UUID id, Instant now) {
    return tx.handle()
        .createQuery(PAYMENTS + " and p.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> payment(row, now))
        .findOne();
  }

  /// Those of a customer, the newest first.
  List<SubscriptionRow> subscriptionsOf(
      TenantTx tx, String customerProviderId, int limit, Instant now) {
    return tx.handle()
        .createQuery(
            SUBSCRIPTIONS
                + TOLD
                + " and s.customer_provider_id = :customer order by s.id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("customer", customerProviderId)
        .bind("limit", limit)
        .map((row, _) -> subscription(row, now))
        .list();
  }

  /// Those of a customer, the newest first.
  List<PaymentRow> paymentsOf(TenantTx tx, String customerProviderId, int limit, Instant now) {
    return tx.handle()
        .createQuery(
            PAYMENTS + " and p.customer_provider_id = :customer order by p.id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("customer", customerProviderId)
        .bind("limit", limit)
        .map((row, _) -> payment(row, now))
        .list();
  }

  private static PaymentRow payment(ResultSet row, Instant now) throws SQLException {
    return new PaymentRow(
        row.getObject("id", UUID.class),
        row.getString("provider_id"),
        text(row, "customer"),
        Mark.payment(row.getString("state")),
        money(row.getLong("amount"), row.getString("currency")),
        row.getInt("failed_tries"),
        world(row),
        List.of(),
        new Moment(instant(row, "created_at"), now));
  }

  /// Minor units as people write them: 1999 of `eur` is "19.99 EUR".
  static String money(long minorUnits, String currency) {
    return money(BigDecimal.valueOf(minorUnits), currency);
  }

  private static String money(BigDecimal minorUnits, String currency) {
    BigDecimal units = StripeAmounts.units(minorUnits, currency);
    return String.format(Locale.ROOT, "%,." + units.scale() + "f", units)
        + " "
        + currency.toUpperCase(Locale.ROOT);
  }
}
