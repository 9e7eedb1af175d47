package dev.tenon.payment;

import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The SQL of customers: one statement a batch to load and lock, one to save.
final class CustomerStore {
  private static final JsonMapper JSON = StateJson.MAPPER;
  private static final TypeReference<List<CustomerFact>> FACTS = new TypeReference<>() {};

  private static final String SAVE =
      """
      insert into customer (tenant_id, connection_id, environment, created_at, updated_at, provider_id, id, email,
        name, deleted, as_of, newest)
      select :tenant, :connection, :environment, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid, email text, name text,
        deleted boolean, as_of timestamptz, newest text)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, environment = excluded.environment, email = excluded.email, name = excluded.name,
        deleted = excluded.deleted, as_of = excluded.as_of, newest = excluded.newest
      where customer.id = excluded.id
      """;

  private final RowSaver saver;

  CustomerStore(RowSaver saver) {
    this.saver = saver;
  }

  List<CustomerRow> load(TenantTx tx, UUID connection, Collection<String> providerIds) {
    return providerIds.isEmpty()
        ? List.of()
        : tx.handle()
            .createQuery(
                """
                select id, provider_id, newest from customer
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

  private static CustomerRow row(ResultSet row) throws SQLException {
    return new CustomerRow(
        row.getObject("id", UUID.class),
        row.getString("provider_id"),
        JSON.readValue(row.getString("newest"), FACTS));
  }

  void save(TenantTx tx, Place place, Collection<CustomerRow> rows) {
    saver.save(
        tx,
        place,
        SAVE,
        rows.stream().filter(row -> row.changed).map(CustomerStore::values).toList());
  }

  private static Map<String, @Nullable Object> values(CustomerRow row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("newest", JSON.writeValueAsString(row.newest));
    CustomerFact shown = row.shown();
    values.put("deleted", shown != null && shown.deleted());
    if (shown != null) {
      values.put("email", shown.email());
      values.put("name", shown.name());
      values.put("as_of", RowSaver.time(Instant.ofEpochSecond(shown.second())));
    }
    return values;
  }
}
