package dev.tenon.connection;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.http.Json;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import tools.jackson.core.type.TypeReference;

/// Connections and their sealed credentials in the database.
final class ConnectionStore {
  private static final TypeReference<Map<String, String>> SETTINGS = new TypeReference<>() {};

  private ConnectionStore() {}

  /// A credential as it is stored. A class because it holds bytes.
  static final class SealedSecret {
    final Connection.SecretField field;
    final byte[] sealed;

    SealedSecret(Connection.SecretField field, byte[] sealed) {
      this.field = field;
      this.sealed = sealed;
    }
  }

  static void insert(TenantTx tx, Connection connection) {
    tx.handle()
        .createUpdate(
            """
            insert into connection (tenant_id, id, provider, name, environment, state, settings,
              created_at, updated_at)
            values (:tenant, :id, :provider, :name, :environment, :state, cast(:settings as jsonb),
              :now, :now)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", connection.id().uuid())
        .bind("provider", connection.provider())
        .bind("name", connection.name())
        .bind("environment", text(connection.environment()))
        .bind("state", text(connection.state()))
        .bind("settings", Json.MAPPER.writeValueAsString(connection.settings()))
        .bind("now", connection.createdAt())
        .execute();
  }

  static boolean update(
      TenantTx tx,
      ConnectionId id,
      String name,
      Connection.State state,
      String reason,
      Map<String, String> settings,
      Instant now) {
    return tx.handle()
            .createUpdate(
                """
                update connection
                set name = :name, state = :state, state_reason = :reason,
                  settings = cast(:settings as jsonb), updated_at = :now
                where tenant_id = :tenant and id = :id
                """)
            .bind("name", name)
            .bind("state", text(state))
            .bind("reason", reason)
            .bind("settings", Json.MAPPER.writeValueAsString(settings))
            .bind("now", now)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id.uuid())
            .execute()
        > 0;
  }

  /// Moves a connection from one state to another, where it is in the former. Not a change of the
  /// connection itself: `updated_at` stays, by which one tells that somebody mended it.
  static boolean mark(
      TenantTx tx, ConnectionId id, Connection.State from, Connection.State to, String reason) {
    return tx.handle()
            .createUpdate(
                """
                update connection set state = :to, state_reason = :reason
                where tenant_id = :tenant and id = :id and state = :from
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id.uuid())
            .bind("from", text(from))
            .bind("to", text(to))
            .bind("reason", reason)
            .execute()
        > 0;
  }

  /// Locks the row where `forUpdate` says so, so that two changes don't lose one another.
  static Optional<Connection> find(TenantTx tx, ConnectionId id, boolean forUpdate) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, id, provider, name, environment, state, state_reason, settings,
              created_at, updated_at
            from connection
            where tenant_id = :tenant and id = :id
            """
                + (forUpdate ? "for update" : ""))
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id.uuid())
        .map((row, _) -> connection(row, secretFields(tx, id)))
        .findOne();
  }

  static List<Connection> list(
      TenantTx tx, Optional<String> provider, Optional<UUID> before, int limit) {
    return tx
        .handle()
        .createQuery(
            """
            select tenant_id, id, provider, name, environment, state, state_reason, settings,
              created_at, updated_at
            from connection
            where tenant_id = :tenant
              and (cast(:before as uuid) is null or id < :before)
              and (cast(:provider as text) is null or provider = :provider)
            order by id desc
            limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindByType("before", before.orElse(null), UUID.class)
        .bindByType("provider", provider.orElse(null), String.class)
        .bind("limit", limit)
        .map((row, _) -> connection(row, List.of()))
        .list()
        .stream()
        .map(found -> with(found, secretFields(tx, found.id())))
        .toList();
  }

  /// The connection to a provider that new things are made through: of these environments, and not
  /// switched off. The real world comes before the others, one that can make calls before one that
  /// can't, one that works before one that is broken, a newer one before an older.
  ///
  /// @param keyField the credential that calls need
  /// @param acting whether one that acts for a connected account will do
  static Optional<Connection> foremost(
      TenantTx tx,
      String provider,
      String keyField,
      Collection<Connection.Environment> environments,
      boolean acting) {
    return tx.handle()
        .createQuery(
            """
            select c.tenant_id, c.id, c.provider, c.name, c.environment, c.state, c.state_reason,
              c.settings, c.created_at, c.updated_at
            from connection c
            where c.tenant_id = :tenant and c.provider = :provider and c.state <> 'disabled'
              and c.environment = any(:environments)
              and (:acting or c.settings ->> 'account' is null)
            order by c.environment = 'production' desc,
              c.settings ->> 'account' is not null or exists (select from connection_secret s
                where s.tenant_id = c.tenant_id and s.connection_id = c.id
                  and s.field = :key) desc,
              c.state = 'broken', c.id desc
            limit 1
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("provider", provider)
        .bindArray(
            "environments", String.class, environments.stream().map(ConnectionStore::text).toList())
        .bind("acting", acting)
        .bind("key", keyField)
        .map((row, _) -> connection(row, List.of()))
        .findOne();
  }

  static void insertSecret(
      TenantTx tx, ConnectionId id, String field, int ordinal, byte[] sealed, Instant now) {
    tx.handle()
        .createUpdate(
            """
            insert into connection_secret (tenant_id, connection_id, field, ordinal, sealed, created_at)
            values (:tenant, :connection, :field, :ordinal, :sealed, :now)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", id.uuid())
        .bind("field", field)
        .bind("ordinal", ordinal)
        .bind("sealed", sealed)
        .bind("now", now)
        .execute();
  }

  static boolean deleteSecret(TenantTx tx, ConnectionId id, String field, int ordinal) {
    return tx.handle()
            .createUpdate(
                """
                delete from connection_secret
                where tenant_id = :tenant and connection_id = :connection and field = :field
                  and ordinal = :ordinal
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("connection", id.uuid())
            .bind("field", field)
            .bind("ordinal", ordinal)
            .execute()
        > 0;
  }

  static void expireSecrets(
      TenantTx tx, ConnectionId id, String field, int beforeOrdinal, Instant at) {
    tx.handle()
        .createUpdate(
            """
            update connection_secret set expires_at = least(expires_at, :at)
            where tenant_id = :tenant and connection_id = :connection and field = :field
              and ordinal < :before
            """)
        .bind("at", at)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", id.uuid())
        .bind("field", field)
        .bind("before", beforeOrdinal)
        .execute();
  }

  static void expireSecret(TenantTx tx, ConnectionId id, String field, int ordinal, Instant at) {
    tx.handle()
        .createUpdate(
            """
            update connection_secret set expires_at = least(expires_at, :at)
            where tenant_id = :tenant and connection_id = :connection and field = :field
              and ordinal = :ordinal
            """)
        .bind("at", at)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", id.uuid())
        .bind("field", field)
        .bind("ordinal", ordinal)
        .execute();
  }

  /// The newest first.
  static List<SealedSecret> secrets(TenantTx tx, ConnectionId id) {
    return tx.handle()
        .createQuery(
            """
            select field, ordinal, sealed, created_at, expires_at
            from connection_secret
            where tenant_id = :tenant and connection_id = :connection
            order by field, ordinal desc
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", id.uuid())
        .map((row, _) -> new SealedSecret(secretField(row), row.getBytes("sealed")))
        .list();
  }

  private static List<Connection.SecretField> secretFields(TenantTx tx, ConnectionId id) {
    Handle handle = tx.handle();
    return handle
        .createQuery(
            """
            select field, ordinal, created_at, expires_at
            from connection_secret
            where tenant_id = :tenant and connection_id = :connection
            order by field, ordinal desc
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("connection", id.uuid())
        .map((row, _) -> secretField(row))
        .list();
  }

  /// The directory: whose connection this is.
  static Optional<TenantId> findTenant(EngineTx tx, ConnectionId id) {
    return tx.handle()
        .createQuery("select tenant_id from connection where id = :id")
        .bind("id", id.uuid())
        .mapTo(UUID.class)
        .findOne()
        .map(TenantId::new);
  }

  /// The directory: the connections of tenants that act for one of these accounts, the newest of
  /// each tenant's and world's.
  static List<Acting> acting(EngineTx tx, String provider, Collection<String> accounts) {
    return tx.handle()
        .createQuery(
            """
            select distinct on (account, live, tenant_id) tenant_id, id, account, live, environment
            from (
              select tenant_id, id, environment, settings ->> 'account' as account,
                environment = 'production' as live
              from connection
              where provider = :provider and settings ->> 'account' = any(:accounts)
                and state <> 'disabled' and tenant_id <> :platform
            ) as acting
            order by account, live, tenant_id, id desc
            """)
        .bind("provider", provider)
        .bindArray("accounts", String.class, accounts)
        .bind("platform", TenantId.PLATFORM.uuid())
        .map(
            (row, _) ->
                new Acting(
                    row.getString("account"),
                    row.getBoolean("live"),
                    new ConnectedAccount(
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        new ConnectionId(row.getObject("id", UUID.class)),
                        environment(row.getString("environment")))))
        .list();
  }

  /// A connection that acts for an account in one of the provider's worlds.
  record Acting(String account, boolean live, ConnectedAccount connection) {}

  /// The directory: what a connection of the engine's facts is for.
  static Optional<ConnectionPurpose> purpose(EngineTx tx, UUID connection) {
    return tx.handle()
        .createQuery(
            """
            select environment, coalesce(settings ->> 'account', '') as account
            from connection where id = :id
            """)
        .bind("id", connection)
        .map(
            (row, _) ->
                new ConnectionPurpose(
                    environment(row.getString("environment")), row.getString("account")))
        .findOne();
  }

  private static Connection.SecretField secretField(ResultSet row) throws SQLException {
    return new Connection.SecretField(
        row.getString("field"),
        row.getInt("ordinal"),
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        Optional.ofNullable(row.getObject("expires_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }

  private static Connection connection(ResultSet row, List<Connection.SecretField> secrets)
      throws SQLException {
    return new Connection(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        new ConnectionId(row.getObject("id", UUID.class)),
        row.getString("provider"),
        row.getString("name"),
        environment(row.getString("environment")),
        Connection.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getString("state_reason"),
        Json.MAPPER.readValue(row.getString("settings"), SETTINGS),
        secrets,
        row.getObject("created_at", OffsetDateTime.class).toInstant(),
        row.getObject("updated_at", OffsetDateTime.class).toInstant());
  }

  private static Connection with(Connection c, List<Connection.SecretField> secrets) {
    return new Connection(
        c.tenant(),
        c.id(),
        c.provider(),
        c.name(),
        c.environment(),
        c.state(),
        c.stateReason(),
        c.settings(),
        secrets,
        c.createdAt(),
        c.updatedAt());
  }

  private static Connection.Environment environment(String text) {
    return Connection.Environment.valueOf(text.toUpperCase(Locale.ROOT));
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
