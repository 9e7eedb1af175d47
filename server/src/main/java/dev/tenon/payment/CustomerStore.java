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

/// The SQL of customers: one statement a batch to load and lock, one to save.
final class CustomerStore {
  private static final String SAVE =
      """
      insert into customer (tenant_id, connection_id, created_at, updated_at, provider_id, id, email,
        name, deleted, as_of, as_of_rank)
      select :tenant, :connection, :now, :now, r.*
      from json_to_recordset(:rows::json) as r (provider_id text, id uuid, email text, name text,
        deleted boolean, as_of timestamptz, as_of_rank text)
      order by r.provider_id
      on conflict (tenant_id, connection_id, provider_id) do update set
        updated_at = excluded.updated_at, email = excluded.email, name = excluded.name,
        deleted = excluded.deleted, as_of = excluded.as_of, as_of_rank = excluded.as_of_rank
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
                select id, provider_id, email, name, deleted, as_of, as_of_rank from customer
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
    var customer = new CustomerRow(row.getObject("id", UUID.class), row.getString("provider_id"));
    customer.email = row.getString("email");
    customer.name = row.getString("name");
    customer.deleted = row.getBoolean("deleted");
    OffsetDateTime asOf = row.getObject("as_of", OffsetDateTime.class);
    customer.asOf = asOf == null ? null : asOf.toInstant();
    String rank = row.getString("as_of_rank");
    customer.asOfRank = rank == null ? "" : rank;
    return customer;
  }

  void save(TenantTx tx, UUID connection, Collection<CustomerRow> rows) {
    saver.save(
        tx,
        connection,
        SAVE,
        rows.stream().filter(row -> row.changed).map(CustomerStore::values).toList());
  }

  private static Map<String, @Nullable Object> values(CustomerRow row) {
    Map<String, @Nullable Object> values = new HashMap<>();
    values.put("provider_id", row.providerId);
    values.put("id", row.id);
    values.put("email", row.email);
    values.put("name", row.name);
    values.put("deleted", row.deleted);
    values.put("as_of", RowSaver.time(row.asOf));
    values.put("as_of_rank", row.asOfRank);
    return values;
  }
}
