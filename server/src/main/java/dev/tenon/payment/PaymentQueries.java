package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;

/// What the API lists of subscriptions and payments, the newest first.
final class PaymentQueries {

  /// A row with its place in the list.
  record Row<V>(UUID id, V view) {}

  List<Row<PaymentRoutes.SubscriptionView>> subscriptions(
      TenantTx tx, Optional<UUID> before, int limit) {
    return list(
        tx,
        """
        select * from subscription
        where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
        order by id desc limit :limit
        """,
        before,
        limit,
        (row, _) -> subscription(row));
  }

  List<Row<PaymentRoutes.PaymentView>> payments(TenantTx tx, Optional<UUID> before, int limit) {
    return list(
        tx,
        """
        select * from payment
        where tenant_id = :tenant and (:before::uuid is null or id < :before::uuid)
        order by id desc limit :limit
        """,
        before,
        limit,
        (row, _) -> payment(row));
  }

  private static <V> List<Row<V>> list(
      TenantTx tx, String sql, Optional<UUID> before, int limit, RowMapper<V> view) {
    return tx.handle()
        .createQuery(sql)
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before.orElse(null))
        .bind("limit", limit)
        .map((row, context) -> new Row<>(row.getObject("id", UUID.class), view.map(row, context)))
        .list();
  }

  private static PaymentRoutes.SubscriptionView subscription(ResultSet row) throws SQLException {
    return new PaymentRoutes.SubscriptionView(
        Ids.write(Prefix.SUBSCRIPTION, row.getObject("id", UUID.class)),
        row.getString("provider_id"),
        row.getString("state"),
        row.getString("provider_status"),
        row.getString("customer_provider_id"),
        row.getString("price"),
        row.getObject("quantity", Long.class),
        instant(row, "period_end"),
        row.getBoolean("cancel_at_period_end"),
        instant(row, "ended_at"));
  }

  private static PaymentRoutes.PaymentView payment(ResultSet row) throws SQLException {
    return new PaymentRoutes.PaymentView(
        Ids.write(Prefix.PAYMENT, row.getObject("id", UUID.class)),
        row.getString("provider_id"),
        row.getString("state"),
        row.getLong("amount"),
        row.getString("currency"),
        row.getString("subscription_provider_id"),
        row.getInt("failed_tries"),
        instant(row, "paid_at"));
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
