package dev.tenon.endpoint;

import dev.tenon.db.TenantTx;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Endpoints in the database; [EndpointSecretStore] has their secrets.
final class EndpointStore {
  private static final String SELECT =
      """
      select tenant_id, id, url, description, event_types, header_names, rate, ordered, payload, state,
        disabled_reason, disabled_at, version, created_at, updated_at
      from endpoint where tenant_id = :tenant
      """;

  private EndpointStore() {}

  static int count(TenantTx tx) {
    return tx.handle()
        .createQuery("select count(*) from endpoint where tenant_id = :tenant")
        .bind("tenant", tx.tenant().uuid())
        .mapTo(Integer.class)
        .one();
  }

  static void insert(TenantTx tx, UUID id, EndpointSettings settings, Instant now) {
    save(
        tx,
        """
        with made as (
          insert into endpoint (tenant_id, id, url, description, event_types, header_names, rate,
            ordered, payload, state, version, created_at, updated_at)
          values (:tenant, :id, :url, :description, :types, :headers, :rate, :ordered, :payload,
            'enabled', 1, :now, :now)
          returning tenant_id, id
        )
        insert into endpoint_health (tenant_id, endpoint_id) select tenant_id, id from made
        """,
        id,
        settings,
        now);
  }

  static void update(TenantTx tx, UUID id, EndpointSettings settings, Instant now) {
    save(
        tx,
        """
        update endpoint set url = :url, description = :description, event_types = :types,
          header_names = :headers, rate = :rate, ordered = :ordered, payload = :payload,
          version = version + 1, updated_at = :now
        where tenant_id = :tenant and id = :id
        """,
        id,
        settings,
        now);
  }

  private static void save(
      TenantTx tx, String sql, UUID id, EndpointSettings settings, Instant now) {
    tx.handle()
        .createUpdate(sql)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("url", settings.url())
        .bind("description", settings.description())
        .bindArray("types", String.class, settings.eventTypes())
        .bindArray("headers", String.class, settings.headerNames())
        .bindByType("rate", settings.rate(), Integer.class)
        .bind("ordered", settings.ordered())
        .bind("payload", settings.payload().text())
        .bind("now", now)
        .execute();
  }

  /// Says that its secrets have changed.
  static void touch(TenantTx tx, UUID id, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update endpoint set version = version + 1, updated_at = :now
            where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("now", now)
        .execute();
  }

  static void disable(TenantTx tx, UUID id, String reason, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update endpoint set state = 'disabled', disabled_reason = :reason, disabled_at = :now,
              version = version + 1, updated_at = :now
            where tenant_id = :tenant and id = :id and state = 'enabled'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("reason", reason)
        .bind("now", now)
        .execute();
  }

  /// Health first: the engine locks in that order too.
  static void enable(TenantTx tx, UUID id, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update endpoint_health set failures = 0, failing_since = null, warned_at = null,
              probe_at = null, throttled_until = null, last_error = ''
            where tenant_id = :tenant and endpoint_id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .execute();
    tx.handle()
        .createUpdate(
            """
            update endpoint set state = 'enabled', disabled_reason = '', disabled_at = null,
              version = version + 1, updated_at = :now
            where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .bind("now", now)
        .execute();
  }

  static boolean delete(TenantTx tx, UUID id) {
    return tx.handle()
            .createUpdate("delete from endpoint where tenant_id = :tenant and id = :id")
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id)
            .execute()
        > 0;
  }

  /// Locks the row where `forUpdate` says so, so that two changes don't lose one another.
  static Optional<Endpoint> find(TenantTx tx, UUID id, boolean forUpdate) {
    return tx.handle()
        .createQuery(SELECT + " and id = :id " + (forUpdate ? "for update" : ""))
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map((row, _) -> endpoint(tx, row))
        .findOne();
  }

  static List<Endpoint> list(TenantTx tx, Optional<UUID> before, int rows) {
    return tx.handle()
        .createQuery(
            SELECT
                + " and (:before::uuid is null or id < :before::uuid) order by id desc limit :rows")
        .bind("tenant", tx.tenant().uuid())
        .bind("before", before.orElse(null))
        .bind("rows", rows)
        .map((row, _) -> endpoint(tx, row))
        .list();
  }

  static Optional<EndpointHealth> health(TenantTx tx, UUID id) {
    return tx.handle()
        .createQuery(
            """
            select failures, failing_since,
              greatest(probe_at, throttled_until) as rests_until, last_error
            from endpoint_health
            where tenant_id = :tenant and endpoint_id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id)
        .map(
            (row, _) ->
                new EndpointHealth(
                    row.getInt("failures"),
                    time(row, "failing_since"),
                    time(row, "rests_until"),
                    row.getString("last_error")))
        .findOne();
  }

  private static Endpoint endpoint(TenantTx tx, ResultSet row) throws SQLException {
    UUID id = row.getObject("id", UUID.class);
    List<Endpoint.SigningKey> keys =
        EndpointSecretStore.list(tx, id).stream()
            .filter(SealedSecret::isKey)
            .map(
                key ->
                    new Endpoint.SigningKey(
                        Endpoint.Signing.valueOf(key.kind.toUpperCase(Locale.ROOT)),
                        key.ordinal,
                        key.publicKey,
                        key.createdAt,
                        key.expiresAt))
            .toList();
    int rate = row.getInt("rate");
    @Nullable Integer limit = row.wasNull() ? null : rate;
    return new Endpoint(
        tx.tenant(),
        id,
        new EndpointSettings(
            row.getString("url"),
            row.getString("description"),
            texts(row.getArray("event_types")),
            texts(row.getArray("header_names")),
            limit,
            row.getBoolean("ordered"),
            EndpointSettings.Payload.valueOf(row.getString("payload").toUpperCase(Locale.ROOT))),
        keys.isEmpty() ? Endpoint.Signing.V1 : keys.getFirst().kind(),
        Endpoint.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getString("disabled_reason"),
        time(row, "disabled_at"),
        row.getInt("version"),
        keys,
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }

  private static List<String> texts(Array array) throws SQLException {
    return Arrays.asList((String[]) array.getArray());
  }

  private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
    @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }
}
