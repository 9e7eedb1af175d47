package dev.tenon.endpoint;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The sealed secrets of endpoints in the database: signing keys, and the headers of their own.
final class EndpointSecretStore {
  private EndpointSecretStore() {}

  static void insert(TenantTx tx, UUID endpoint, SealedSecret secret) {
    tx.handle()
        .createUpdate(
            """
            insert into endpoint_secret (tenant_id, endpoint_id, kind, ordinal, sealed, public_key,
              created_at)
            values (:tenant, :endpoint, :kind, :ordinal, :sealed, :public, :now)
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("endpoint", endpoint)
        .bind("kind", secret.kind)
        .bind("ordinal", secret.ordinal)
        .bind("sealed", secret.sealed)
        .bind("public", secret.publicKey)
        .bind("now", secret.createdAt)
        .execute();
  }

  static void deleteHeaders(TenantTx tx, UUID endpoint) {
    tx.handle()
        .createUpdate(
            """
            delete from endpoint_secret
            where tenant_id = :tenant and endpoint_id = :endpoint and kind = 'headers'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("endpoint", endpoint)
        .execute();
  }

  /// Ends the keys that have no end yet, or a later one, at `at`, and forgets those that ended
  /// before `now`.
  static void expireKeys(TenantTx tx, UUID endpoint, Instant at, Instant now) {
    tx.handle()
        .createUpdate(
            """
            delete from endpoint_secret
            where tenant_id = :tenant and endpoint_id = :endpoint and kind <> 'headers'
              and expires_at <= :now
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("endpoint", endpoint)
        .bind("now", now)
        .execute();
    tx.handle()
        .createUpdate(
            """
            update endpoint_secret set expires_at = least(expires_at, :at)
            where tenant_id = :tenant and endpoint_id = :endpoint and kind <> 'headers'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("endpoint", endpoint)
        .bind("at", at)
        .execute();
  }

  /// The newest first.
  static List<SealedSecret> list(TenantTx tx, UUID endpoint) {
    return tx.handle()
        .createQuery(
            """
            select kind, ordinal, sealed, public_key, created_at, expires_at from endpoint_secret
            where tenant_id = :tenant and endpoint_id = :endpoint order by ordinal desc
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("endpoint", endpoint)
        .map(
            (row, _) -> {
              @Nullable OffsetDateTime expiresAt =
                  row.getObject("expires_at", OffsetDateTime.class);
              return new SealedSecret(
                  row.getString("kind"),
                  row.getInt("ordinal"),
                  row.getBytes("sealed"),
                  row.getString("public_key"),
                  row.getObject("created_at", OffsetDateTime.class).toInstant(),
                  expiresAt == null ? null : expiresAt.toInstant());
            })
        .list();
  }
}
