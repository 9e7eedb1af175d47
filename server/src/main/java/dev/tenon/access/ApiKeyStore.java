package dev.tenon.access;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/// API keys in the database.
final class ApiKeyStore {
  private static final Duration USE_NOTED_EVERY = Duration.ofMinutes(1);

  private ApiKeyStore() {}

  static void insert(TenantTx tx, ApiKey key, byte[] hash) {
    tx.handle()
        .createUpdate(
            """
            insert into api_key (tenant_id, id, name, hash, hint, scopes, created_at, expires_at)
            values (:tenant, :id, :name, :hash, :hint, :scopes, :createdAt, :expiresAt)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", key.id().uuid())
        .bind("name", key.name())
        .bind("hash", hash)
        .bind("hint", key.hint())
        .bindArray("scopes", String.class, key.scopes().stream().map(Scope::text).toArray())
        .bind("createdAt", key.createdAt())
        .bind("expiresAt", key.expiresAt())
        .execute();
  }

  /// Gives a key another text; empty when there is none of this id.
  static Optional<ApiKey> replaceText(TenantTx tx, ApiKeyId id, byte[] hash, String hint) {
    int replaced =
        tx.handle()
            .createUpdate(
                "update api_key set hash = :hash, hint = :hint where tenant_id = :tenant and id = :id")
            .bind("tenant", tx.tenant().uuid())
            .bind("id", id.uuid())
            .bind("hash", hash)
            .bind("hint", hint)
            .execute();
    return replaced == 0 ? Optional.empty() : find(tx, id);
  }

  static List<ApiKey> list(TenantTx tx, Optional<UUID> before, int limit) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, id, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at
            from api_key
            where tenant_id = :tenant and (cast(:before as uuid) is null or id < :before)
            order by id desc
            limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bindByType("before", before.orElse(null), UUID.class)
        .bind("limit", limit)
        .map(ApiKeyStore::key)
        .list();
  }

  static Optional<ApiKey> find(TenantTx tx, ApiKeyId id) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, id, name, hint, scopes, created_at, expires_at, last_used_at, revoked_at
            from api_key
            where tenant_id = :tenant and id = :id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id.uuid())
        .map(ApiKeyStore::key)
        .findOne();
  }

  /// Answers the hash of the key that this revoked; the first time of revocation stays.
  static Optional<byte[]> revoke(TenantTx tx, ApiKeyId id, Instant now) {
    return tx.handle()
        .createQuery(
            """
            update api_key set revoked_at = coalesce(revoked_at, :now)
            where tenant_id = :tenant and id = :id
            returning hash
            """)
        .bind("now", now)
        .bind("tenant", tx.tenant().uuid())
        .bind("id", id.uuid())
        .map((row, _) -> row.getBytes("hash"))
        .findOne();
  }

  static Optional<ApiKey> findByHash(EngineTx tx, byte[] hash) {
    return tx.handle()
        .createQuery(
            """
            select k.tenant_id, k.id, k.name, k.hint, k.scopes, k.created_at, k.expires_at,
              k.last_used_at, k.revoked_at
            from api_key k join tenant t on t.tenant_id = k.tenant_id
            where k.hash = :hash and k.revoked_at is null and t.state = 'active'
            """)
        .bind("hash", hash)
        .map(ApiKeyStore::key)
        .findOne();
  }

  static void noteUse(EngineTx tx, ApiKey key, Instant now) {
    if (key.lastUsedAt().isPresent()
        && key.lastUsedAt().get().isAfter(now.minus(USE_NOTED_EVERY))) {
      return;
    }
    tx.handle()
        .createUpdate(
            "update api_key set last_used_at = :now where tenant_id = :tenant and id = :id")
        .bind("now", now)
        .bind("tenant", key.tenant().uuid())
        .bind("id", key.id().uuid())
        .execute();
  }

  private static ApiKey key(ResultSet row, StatementContext context) throws SQLException {
    Array scopes = row.getArray("scopes");
    return new ApiKey(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        new ApiKeyId(row.getObject("id", UUID.class)),
        row.getString("name"),
        row.getString("hint"),
        // A scope of a newer version says nothing here, and so allows nothing.
        Arrays.stream((String[]) scopes.getArray()).flatMap(s -> Scope.parse(s).stream()).toList(),
        instant(row, "created_at").orElseThrow(),
        instant(row, "expires_at"),
        instant(row, "last_used_at"),
        instant(row, "revoked_at"));
  }

  private static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
    return Optional.ofNullable(row.getObject(column, OffsetDateTime.class))
        .map(OffsetDateTime::toInstant);
  }
}
