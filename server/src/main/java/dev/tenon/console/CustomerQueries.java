package dev.tenon.console;

import static dev.tenon.console.InboxQueries.instant;
import static dev.tenon.console.InboxQueries.text;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What the pages about customers read.
final class CustomerQueries {
  private static final String COLUMNS =
      """
      select id, provider_id, email, name, deleted, environment, updated_at from customer
      where tenant_id = :tenant
      """;

  /// By id, or by the beginning of an address or name: each has an index of its own.
  private static final String FOUND =
      """
       and id in (
        select id from customer where tenant_id = :tenant and provider_id = :text
        union select id from customer
        where tenant_id = :tenant and lower(email) like :begin
        union select id from customer
        where tenant_id = :tenant and lower(name) like :begin)
      """;

  private static final String DISPUTES =
      """
      select distinct d.id, d.provider_id, d.state, d.amount, d.currency, d.reason, d.respond_by
      from payment p
      join payment_link l on l.tenant_id = p.tenant_id and l.connection_id = p.connection_id
        and l.invoice_provider_id = p.provider_id
      join dispute d on d.tenant_id = l.tenant_id and d.connection_id = l.connection_id
        and d.payment_intent = l.payment_intent
      where p.tenant_id = :tenant
      """;

  List<CustomerRow> list(TenantTx tx, String text, UUID before, int limit, Instant now) {
    return tx.handle()
        .createQuery(
            COLUMNS
                + (text.isEmpty() ? "" : FOUND)
                + " and id < :before order by id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("text", text)
        .bind("begin", literal(text.toLowerCase(Locale.ROOT)) + "%")
        .bind("before", before)
        .bind("limit", limit)
        .map((row, _) -> customer(row, now))
        .list();
  }

  private static String literal(String text) {
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
  }

  Optional<CustomerRow> find(TenantTx tx, UUID id, Instant now) {
    return tx.handle()
        .createQuery(COLUMNS + " and id = :id")
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> customer(row, now))
        .findOne();
  }

  private static CustomerRow customer(ResultSet row, Instant now) throws SQLException {
    String email = text(row, "email");
    String name = text(row, "name");
    String id = row.getString("provider_id");
    return new CustomerRow(
        row.getObject("id", UUID.class),
        id,
        email.isEmpty() ? name.isEmpty() ? id : name : email,
        name,
        Mark.customer(row.getBoolean("deleted")),
        PaymentQueries.world(row),
        new Moment(instant(row, "updated_at"), now));
  }

  /// The disputes of a payment.
  List<DisputeRow> disputesOf(TenantTx tx, UUID payment, int limit, Instant now) {
    return tx.handle()
        .createQuery(DISPUTES + " and p.id = :payment order by d.id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("payment", payment)
        .bind("limit", limit)
        .map((row, _) -> dispute(row, now))
        .list();
  }

  /// The disputes of a customer's payments.
  List<DisputeRow> disputesOf(TenantTx tx, String customerProviderId, int limit, Instant now) {
    return tx.handle()
        .createQuery(
            DISPUTES + " and p.customer_provider_id = :customer order by d.id desc limit :limit")
        .bind("tenant", tx.tenant().uuid())
        .bind("customer", customerProviderId)
        .bind("limit", limit)
        .map((row, _) -> dispute(row, now))
        .list();
  }

  private static DisputeRow dispute(ResultSet row, Instant now) throws SQLException {
    @Nullable OffsetDateTime by = row.getObject("respond_by", OffsetDateTime.class);
    boolean open = row.getString("state").equals("open");
    return new DisputeRow(
        row.getObject("id", UUID.class),
        row.getString("provider_id"),
        Mark.dispute(row.getString("state")),
        PaymentQueries.money(row.getLong("amount"), row.getString("currency")),
        text(row, "reason").replace('_', ' '),
        by == null || !open ? "" : new Moment(by.toInstant(), now).day());
  }
}
