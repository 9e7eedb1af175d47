package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.http.Page;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of what the API shows of disputes.
final class DisputeQueries {
  // The payment is the one whose intent was charged.
  private static final String DISPUTES =
      """
      select d.*, (
          select p.id from payment_link l
          join payment p on p.tenant_id = l.tenant_id and p.connection_id = l.connection_id
            and p.provider_id = l.invoice_provider_id
          where l.tenant_id = d.tenant_id and l.connection_id = d.connection_id
            and l.payment_intent = d.payment_intent
        ) as payment_id
      from dispute d where d.tenant_id = :tenant
      """;

  /// One with its id, by which a page ends.
  record Listed(UUID id, DisputeRoutes.DisputeView view) {}

  /// The rows of a page, the newest first.
  List<Listed> disputes(TenantTx tx, Page.Ask ask, @Nullable String state, ListFilter filter) {
    return filter
        .bind(
            tx.handle()
                .createQuery(
                    DISPUTES
                        + filter.sql("d")
                        + """
                   and (:state::text is null or d.state = :state::text)
                    and (:before::uuid is null or d.id < :before::uuid)
                  order by d.id desc limit :limit
                  """))
        .bind("tenant", tx.tenant().uuid())
        .bind("state", state)
        .bind("before", ask.before().orElse(null))
        .bind("limit", ask.rows())
        .map((row, _) -> row(row))
        .list();
  }

  Optional<DisputeRoutes.DisputeView> dispute(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(DISPUTES + " and d.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row).view())
        .findOne();
  }

  private static Listed row(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    @Nullable UUID payment = row.getObject("payment_id", UUID.class);
    @Nullable OffsetDateTime respondBy = row.getObject("respond_by", OffsetDateTime.class);
    return new Listed(
        id,
        new DisputeRoutes.DisputeView(
            Ids.write(Prefix.DISPUTE, id),
            row.getString("provider_id"),
            payment == null ? null : Ids.write(Prefix.PAYMENT, payment),
            row.getString("charge_provider_id"),
            row.getString("payment_intent"),
            row.getLong("amount"),
            row.getString("currency"),
            row.getString("reason"),
            row.getString("state"),
            row.getString("provider_status"),
            respondBy == null ? null : respondBy.toInstant(),
            row.getBoolean("funds_withdrawn"),
            row.getBoolean("funds_reinstated"),
            row.getObject("updated_at", OffsetDateTime.class).toInstant(),
            PaymentViews.connection(row),
            row.getString("environment")));
  }
}
