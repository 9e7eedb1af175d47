package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The SQL of payments and of which intent paid which: one statement a batch to load and lock, one
/// to save.
final class PaymentStore {
  private static final String SAVE =
      """
      insert into payment (tenant_id, connection_id, environment, created_at, updated_at, provider_id, id,
        subscription_provider_id, customer_provider_id, state, amount, currency, failed_tries,
        paid_at, number, billing_reason, action_tries, failure_mail_try,
        voided, uncollectible)
      select :tenant, :connection, :environment, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid,
        subscription_provider_id text, customer_provider_id text, state text, amount bigint,
        currency text, failed_tries int, paid_at timestamptz, number text, billing_reason text,
        action_tries int, failure_mail_try int, voided boolean,
        uncollectible boolean)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, environment = excluded.environment,
        subscription_provider_id = excluded.subscription_provider_id,
        customer_provider_id = excluded.customer_provider_id, state = excluded.state,
        amount = excluded.amount, currency = excluded.currency,
        failed_tries = excluded.failed_tries, paid_at = excluded.paid_at,
        number = excluded.number, billing_reason = excluded.billing_reason,
        action_tries = excluded.action_tries,
        failure_mail_try = excluded.failure_mail_try, voided = excluded.voided,
        uncollectible = excluded.uncollectible
      where payment.id = excluded.id
      """;

  private final RowSaver saver;

  PaymentStore(RowSaver saver) {
    this.saver = saver;
  }

  List<PaymentRow> load(TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, subscription_provider_id, customer_provider_id, state,
                  amount, currency, failed_tries, paid_at, number, billing_reason,
                  action_tries, failure_mail_try, voided, uncollectible
                from payment
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

  private static PaymentRow row(ResultSet row) throws SQLException {
    var payment = new PaymentRow(row.getObject("id", UUID.class), row.getString("provider_id"));
    payment.subscription = row.getString("subscription_provider_id");
    payment.customer = row.getString("customer_provider_id");
    payment.succeeded = "succeeded".equals(row.getString("state"));
    payment.amount = row.getLong("amount");
    payment.currency = row.getString("currency");
    payment.failedTries = row.getInt("failed_tries");
    OffsetDateTime paidAt = row.getObject("paid_at", OffsetDateTime.class);
    payment.paidAt = paidAt == null ? null : paidAt.toInstant();
    payment.number = row.getString("number");
    payment.billingReason = row.getString("billing_reason");
    payment.actionTries = row.getInt("action_tries");
    payment.failureMailTry = row.getInt("failure_mail_try");
    payment.voided = row.getBoolean("voided");
    payment.uncollectible = row.getBoolean("uncollectible");
    return payment;
  }

  void save(TenantTx tx, Place place, Collection<PaymentRow> rows) {
    saver.save(
        tx,
        place,
        SAVE,
        rows.stream().filter(row -> row.changed).map(PaymentStore::values).toList());
  }

  /// Notes which invoices payment intents paid; what is known stays.
  void link(TenantTx tx, UUID connection, Map<String, String> invoiceByIntent) {
    if (invoiceByIntent.isEmpty()) {
      return;
    }
    List<String> intents = invoiceByIntent.keySet().stream().sorted().toList();
    tx.handle()
        .createUpdate(
            """
            insert into payment_link (tenant_id, connection_id, payment_intent, invoice_provider_id)
            select :tenant, :connection, l.intent, l.invoice
            from unnest(:intents::text[], :invoices::text[]) as l (intent, invoice)
            on conflict do nothing
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", connection)
        .bindArray("intents", String.class, intents)
        .bindArray("invoices", String.class, intents.stream().map(invoiceByIntent::get).toList())
        .execute();
  }

  private static Map<String, @Nullable Object> values(PaymentRow row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("subscription_provider_id", row.subscription);
    values.put("customer_provider_id", row.customer);
    values.put("state", row.state());
    values.put("amount", row.amount);
    values.put("currency", row.currency);
    values.put("failed_tries", row.failedTries);
    values.put("paid_at", RowSaver.time(row.paidAt));
    values.put("number", row.number);
    values.put("billing_reason", row.billingReason);
    values.put("action_tries", row.actionTries);
    values.put("failure_mail_try", row.failureMailTry);
    values.put("voided", row.voided);
    values.put("uncollectible", row.uncollectible);
    return values;
  }
}
