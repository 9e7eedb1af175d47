package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of disputes: one statement a batch to load and lock, one to save.
final class DisputeStore {
  private static final JsonMapper JSON = StateJson.MAPPER;
  private static final TypeReference<List<DisputeFact>> FACTS = new TypeReference<>() {};

  private static final String SAVE =
      """
      insert into dispute (tenant_id, connection_id, environment, created_at, updated_at, provider_id, id,
        charge_provider_id, payment_intent, amount, currency, reason, provider_status, state,
        respond_by, funds_withdrawn, funds_reinstated, newest)
      select :tenant, :connection, :environment, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid,
        charge_provider_id text, payment_intent text, amount bigint, currency text, reason text,
        provider_status text, state text, respond_by timestamptz, funds_withdrawn boolean,
        funds_reinstated boolean, newest text)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, environment = excluded.environment, charge_provider_id = excluded.charge_provider_id,
        payment_intent = excluded.payment_intent, amount = excluded.amount,
        currency = excluded.currency, reason = excluded.reason,
        provider_status = excluded.provider_status, state = excluded.state,
        respond_by = excluded.respond_by, funds_withdrawn = excluded.funds_withdrawn,
        funds_reinstated = excluded.funds_reinstated,
        newest = excluded.newest
      where dispute.id = excluded.id
      """;

  private final RowSaver saver;

  DisputeStore(RowSaver saver) {
    this.saver = saver;
  }

  List<DisputeRow> load(TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, newest, funds_withdrawn, funds_reinstated
                from dispute
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

  private static DisputeRow row(ResultSet row) throws SQLException {
    var dispute =
        new DisputeRow(
            row.getObject("id", UUID.class),
            row.getString("provider_id"),
            JSON.readValue(row.getString("newest"), FACTS));
    dispute.fundsWithdrawn = row.getBoolean("funds_withdrawn");
    dispute.fundsReinstated = row.getBoolean("funds_reinstated");
    return dispute;
  }

  void save(TenantTx tx, Place place, Collection<DisputeRow> rows) {
    saver.save(
        tx,
        place,
        SAVE,
        rows.stream().filter(row -> row.changed).map(DisputeStore::values).toList());
  }

  private static Map<String, @Nullable Object> values(DisputeRow row) {
    DisputeFact shown = Objects.requireNonNull(row.shown());
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("charge_provider_id", shown.charge());
    values.put("payment_intent", shown.paymentIntent());
    values.put("amount", shown.amount());
    values.put("currency", shown.currency());
    values.put("reason", shown.reason());
    values.put("provider_status", shown.status());
    values.put("state", shown.state());
    values.put("respond_by", RowSaver.time(shown.respondBy()));
    values.put("funds_withdrawn", row.fundsWithdrawn);
    values.put("funds_reinstated", row.fundsReinstated);
    values.put("newest", JSON.writeValueAsString(row.newest));
    return values;
  }
}
