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
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of single refunds: one statement a batch to load and lock, one to save.
final class SingleRefundStore {
  private static final JsonMapper JSON = StateJson.MAPPER;
  private static final TypeReference<List<SingleRefundFact>> FACTS = new TypeReference<>() {};

  private static final String SAVE =
      """
      insert into refund (tenant_id, connection_id, environment, created_at, updated_at,
        provider_id, id, charge_provider_id, payment_intent, amount, currency, reason,
        failure_reason, provider_status, state, failure_told, newest)
      select :tenant, :connection, :environment, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid,
        charge_provider_id text, payment_intent text, amount bigint, currency text, reason text,
        failure_reason text, provider_status text, state text, failure_told boolean, newest text)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, environment = excluded.environment,
        charge_provider_id = excluded.charge_provider_id,
        payment_intent = excluded.payment_intent, amount = excluded.amount,
        currency = excluded.currency, reason = excluded.reason,
        failure_reason = excluded.failure_reason, provider_status = excluded.provider_status,
        state = excluded.state, failure_told = excluded.failure_told, newest = excluded.newest
      where refund.id = excluded.id
      """;

  private final RowSaver saver;

  SingleRefundStore(RowSaver saver) {
    this.saver = saver;
  }

  /// Those of these ids, and all of these charges, which what went back of them is computed from.
  List<SingleRefundRow> load(
      TenantTx tx, UUID connection, Collection<String> providerIds, Collection<String> charges) {
    return providerIds.isEmpty() && charges.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, failure_told, newest from refund
                where tenant_id = :tenant and connection_id = :connection
                  and (provider_id = any(:ids) or charge_provider_id = any(:charges))
                order by provider_id for update
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", connection)
            .bindArray("ids", String.class, providerIds)
            .bindArray("charges", String.class, charges)
            .map((row, _) -> row(row))
            .list();
  }

  private static SingleRefundRow row(ResultSet row) throws SQLException {
    var refund =
        new SingleRefundRow(
            row.getObject("id", UUID.class),
            row.getString("provider_id"),
            JSON.readValue(row.getString("newest"), FACTS));
    refund.failureTold = row.getBoolean("failure_told");
    return refund;
  }

  void save(TenantTx tx, Place place, Collection<SingleRefundRow> rows) {
    saver.save(
        tx,
        place,
        SAVE,
        rows.stream().filter(row -> row.changed).map(SingleRefundStore::values).toList());
  }

  private static Map<String, @Nullable Object> values(SingleRefundRow row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("failure_told", row.failureTold);
    values.put("newest", JSON.writeValueAsString(row.newest));
    SingleRefundFact shown = java.util.Objects.requireNonNull(row.shown());
    values.put("charge_provider_id", shown.charge());
    values.put("payment_intent", shown.paymentIntent());
    values.put("amount", shown.amount());
    values.put("currency", shown.currency());
    values.put("reason", shown.reason());
    values.put("failure_reason", shown.failureReason());
    values.put("provider_status", shown.status());
    values.put("state", SingleRefundFact.state(shown.status()));
    return values;
  }
}
