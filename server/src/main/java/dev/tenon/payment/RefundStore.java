package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of refunds: one statement a batch to load and lock, one to save.
final class RefundStore {
  private static final String SAVE =
      """
      insert into charge_refund (tenant_id, connection_id, environment, created_at, updated_at, provider_id, id,
        invoice_provider_id, payment_intent, customer_provider_id, amount_refunded, currency, told_amount,
        told_second)
      select :tenant, :connection, :environment, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid,
        invoice_provider_id text, payment_intent text, customer_provider_id text,
        amount_refunded bigint, currency text, told_amount bigint, told_second bigint)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, environment = excluded.environment, invoice_provider_id = excluded.invoice_provider_id,
        payment_intent = excluded.payment_intent,
        customer_provider_id = excluded.customer_provider_id,
        amount_refunded = excluded.amount_refunded, currency = excluded.currency,
        told_amount = excluded.told_amount, told_second = excluded.told_second
      where charge_refund.id = excluded.id
      """;

  private final RowSaver saver;

  RefundStore(RowSaver saver) {
    this.saver = saver;
  }

  List<RefundRow> load(TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, invoice_provider_id, payment_intent, customer_provider_id,
                  amount_refunded, currency, told_amount, told_second
                from charge_refund
                where tenant_id = :tenant and connection_id = :connection
                  and provider_id = any(:ids)
                order by provider_id for update
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", connection)
            .bindArray("ids", String.class, providerIds)
            .map((row, context) -> row(row))
            .list();
  }

  /// Whose payments these intents paid, as far as that is known: a refund doesn't name its
  /// customer.
  Map<String, String> customers(TenantTx tx, UUID connection, Collection<String> intents) {
    Map<String, String> customers = new HashMap<>();
    if (!intents.isEmpty()) {
      tx.handle()
          .createQuery(
              """
              select l.payment_intent, p.customer_provider_id from payment_link l
              join payment p on p.tenant_id = l.tenant_id and p.connection_id = l.connection_id
                and p.provider_id = l.invoice_provider_id
              where l.tenant_id = :tenant and l.connection_id = :connection
                and l.payment_intent = any(:intents) and p.customer_provider_id is not null
              """)
          .bind("tenant", tx.tenant().uuid())
          .bind("connection", connection)
          .bindArray("intents", String.class, intents)
          .map((row, _) -> Map.entry(row.getString(1), row.getString(2)))
          .forEach(entry -> customers.put(entry.getKey(), entry.getValue()));
    }
    return customers;
  }

  private static RefundRow row(ResultSet row) throws SQLException {
    var refund = new RefundRow(row.getObject("id", UUID.class), row.getString("provider_id"));
    refund.invoice = row.getString("invoice_provider_id");
    refund.paymentIntent = row.getString("payment_intent");
    refund.customer = row.getString("customer_provider_id");
    refund.amountRefunded = row.getLong("amount_refunded");
    refund.currency = row.getString("currency");
    refund.toldAmount = row.getLong("told_amount");
    refund.toldSecond = row.getLong("told_second");
    return refund;
  }

  void save(TenantTx tx, Place place, Collection<RefundRow> rows) {
    saver.save(
        tx,
        place,
        SAVE,
        rows.stream().filter(row -> row.changed).map(RefundStore::values).toList());
  }

  private static Map<String, @Nullable Object> values(RefundRow row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("invoice_provider_id", row.invoice);
    values.put("payment_intent", row.paymentIntent);
    values.put("customer_provider_id", row.customer);
    values.put("amount_refunded", row.amountRefunded);
    values.put("currency", row.currency);
    values.put("told_amount", row.toldAmount);
    values.put("told_second", row.toldSecond);
    return values;
  }
}
