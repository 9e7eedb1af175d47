package dev.tenon.vault;

import dev.tenon.tenant.TenantId;
import java.time.InstantSource;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// The data keys, sealed.
final class VaultStore {
  private VaultStore() {}

  /// A data keyset as it is stored. A class because it holds bytes.
  static final class SealedKey {
    final byte[] sealed;
    final int sealedBy;

    SealedKey(byte[] sealed, int sealedBy) {
      this.sealed = sealed;
      this.sealedBy = sealedBy;
    }
  }

  /// Keeps a key that is there: replacing it would lose everything that it sealed. So two nodes may
  /// start at once.
  static void insertKey(Handle handle, TenantId tenant, SealedKey key, InstantSource clock) {
    handle
        .createUpdate(
            """
            insert into tenant_key (tenant_id, sealed, sealed_by, created_at)
            values (:tenant, :sealed, :sealedBy, :now)
            on conflict (tenant_id) do nothing
            """)
        .bind("tenant", tenant.uuid())
        .bind("sealed", key.sealed)
        .bind("sealedBy", Integer.toUnsignedLong(key.sealedBy))
        .bind("now", clock.instant())
        .execute();
  }

  static Optional<byte[]> findKey(Handle handle, TenantId tenant) {
    return handle
        .createQuery("select sealed from tenant_key where tenant_id = :tenant")
        .bind("tenant", tenant.uuid())
        .map((row, _) -> row.getBytes("sealed"))
        .findOne();
  }
}
