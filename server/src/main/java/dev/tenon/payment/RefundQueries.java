package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import dev.tenon.http.Page;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The SQL of what the API shows of refunds.
final class RefundQueries {
  // The payment is that of the invoice, or the one whose payment intent was charged. A charge pays
  // one thing. Each way is a condition of its own: compared with a subquery, the id is not looked
  // up
  // in an index, since row security has to come first.
  private static final String REFUNDS =
      """
      select c.*, (
          select json_agg(json_build_object('id', r.id, 'provider_id', r.provider_id,
            'amount', r.amount, 'state', r.state, 'reason', r.reason,
            'failure_reason', r.failure_reason) order by r.id)
          from refund r
          where r.tenant_id = c.tenant_id and r.connection_id = c.connection_id
            and r.charge_provider_id = c.provider_id
        )::text as parts, coalesce((
          select p.id from payment p
          where p.tenant_id = c.tenant_id and p.connection_id = c.connection_id
            and p.provider_id = c.invoice_provider_id
        ), (
          select p.id from payment_link l
          join payment p on p.tenant_id = l.tenant_id and p.connection_id = l.connection_id
            and p.provider_id = l.invoice_provider_id
          where c.invoice_provider_id is null and l.tenant_id = c.tenant_id
            and l.connection_id = c.connection_id and l.payment_intent = c.payment_intent
        )) as payment_id
      from charge_refund c where c.tenant_id = :tenant
      """;

  /// One with its id, by which a page ends.
  record Listed(UUID id, RefundRoutes.RefundView view) {}

  /// The rows of a page, the newest charge first.
  List<Listed> refunds(TenantTx tx, Page.Ask ask, ListFilter filter) {
    ListFilter resolved = filter.resolved(tx);
    var query =
        tx.handle()
            .createQuery(
                REFUNDS
                    + resolved.sql("c")
                    + """
                       and (:before::uuid is null or c.id < :before::uuid)
                      order by c.id desc limit :limit
                      """)
            .bind("tenant", tx.tenant().uuid())
            .bind("before", ask.before().orElse(null))
            .bind("limit", ask.rows());
    return resolved.bind(query).map((row, _) -> row(row)).list();
  }

  /// The payment intents that paid a payment, as far as the provider has told; two at most are
  /// enough to know that there are several.
  List<String> intents(TenantTx tx, UUID connection, String paymentProviderId) {
    return tx.handle()
        .createQuery(
            """
            select payment_intent from payment_link
            where tenant_id = :tenant and connection_id = :connection
              and invoice_provider_id = :payment
            order by payment_intent limit 2
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bind("payment", paymentProviderId)
        .mapTo(String.class)
        .list();
  }

  Optional<RefundRoutes.RefundView> refund(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(REFUNDS + " and c.id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> row(row).view())
        .findOne();
  }

  private static List<RefundRoutes.SingleRefundView> parts(@Nullable String json) {
    if (json == null) {
      return List.of();
    }
    List<RefundRoutes.SingleRefundView> parts = new ArrayList<>();
    for (JsonNode part : StateJson.MAPPER.readTree(json)) {
      parts.add(
          new RefundRoutes.SingleRefundView(
              Ids.write(Prefix.REFUND, UUID.fromString(part.path("id").asString())),
              part.path("provider_id").asString(),
              part.path("amount").asLong(),
              part.path("state").asString(),
              part.path("reason").asString(null),
              part.path("failure_reason").asString(null)));
    }
    return parts;
  }

  private static Listed row(ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    UUID payment = row.getObject("payment_id", UUID.class);
    return new Listed(
        id,
        new RefundRoutes.RefundView(
            Ids.write(Prefix.REFUND, id),
            row.getString("provider_id"),
            payment == null ? null : Ids.write(Prefix.PAYMENT, payment),
            row.getString("invoice_provider_id"),
            row.getString("payment_intent"),
            row.getString("customer_provider_id"),
            row.getLong("amount_refunded"),
            row.getString("currency"),
            parts(row.getString("parts")),
            row.getObject("updated_at", OffsetDateTime.class).toInstant(),
            PaymentViews.connection(row),
            row.getString("environment")));
  }
}
