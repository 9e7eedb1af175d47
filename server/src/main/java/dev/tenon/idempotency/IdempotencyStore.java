package dev.tenon.idempotency;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.http.Repeats;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Idempotency keys in the database.
final class IdempotencyStore {
  private IdempotencyStore() {}

  /// An answer as it is stored. A class because it holds bytes.
  static final class StoredAnswer {
    private final int status;
    private final byte[] sealed;

    private StoredAnswer(int status, byte[] sealed) {
      this.status = status;
      this.sealed = sealed;
    }

    int status() {
      return status;
    }

    byte[] sealed() {
      return sealed;
    }
  }

  /// A key that is there.
  ///
  /// @param ours whether this request may run
  record Known(
      boolean sameRequest,
      boolean ours,
      UUID effect,
      int run,
      Instant runningUntil,
      @Nullable StoredAnswer stored) {

    Optional<StoredAnswer> answer() {
      return Optional.ofNullable(stored);
    }

    boolean abandoned(Instant now) {
      return sameRequest && stored == null && !runningUntil.isAfter(now);
    }

    Known asOurs() {
      return new Known(sameRequest, true, effect, run, runningUntil, stored);
    }

    Known takenUp() {
      return new Known(sameRequest, true, effect, run + 1, runningUntil, stored);
    }
  }

  /// Whether the key was free. Waits for a transaction that is just inserting the same one.
  static boolean insert(
      TenantTx tx, Repeats.Name name, byte[] hash, UUID effect, Instant now, Instant until) {
    return tx.handle()
            .createUpdate(
                """
                insert into idempotency_key (tenant_id, owner_id, key, request_hash, effect_id, state,
                  run, running_until, created_at)
                values (:tenant, :owner, :key, :hash, :effect, 'running', 1, :until, :now)
                on conflict do nothing
                """)
            .bind("tenant", tx.tenant().uuid())
            .bind("owner", name.owner().uuid())
            .bind("key", name.key())
            .bind("hash", hash)
            .bind("effect", effect)
            .bind("until", until)
            .bind("now", now)
            .execute()
        == 1;
  }

  static Optional<Known> findForUpdate(TenantTx tx, Repeats.Name name, byte[] hash) {
    return tx.handle()
        .createQuery(
            """
            select request_hash, effect_id, run, running_until, status, sealed from idempotency_key
            where tenant_id = :tenant and owner_id = :owner and key = :key
            for update
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("owner", name.owner().uuid())
        .bind("key", name.key())
        .map((row, _) -> known(row, hash))
        .findOne();
  }

  private static Known known(ResultSet row, byte[] hash) throws SQLException {
    byte[] sealed = row.getBytes("sealed");
    return new Known(
        Arrays.equals(hash, row.getBytes("request_hash")),
        false,
        row.getObject("effect_id", UUID.class),
        row.getInt("run"),
        row.getObject("running_until", OffsetDateTime.class).toInstant(),
        sealed == null ? null : new StoredAnswer(row.getInt("status"), sealed));
  }

  static void takeUp(TenantTx tx, Repeats.Name name, Instant until) {
    tx.handle()
        .createUpdate(
            """
            update idempotency_key set run = run + 1, running_until = :until
            where tenant_id = :tenant and owner_id = :owner and key = :key
            """)
        .bind("until", until)
        .bind("tenant", tx.tenant().uuid())
        .bind("owner", name.owner().uuid())
        .bind("key", name.key())
        .execute();
  }

  static void answer(TenantTx tx, Repeats.Start.Run run, int status, byte[] sealed) {
    tx.handle()
        .createUpdate(
            """
            update idempotency_key set state = 'answered', status = :status, sealed = :sealed
            where tenant_id = :tenant and owner_id = :owner and key = :key and run = :run
              and state = 'running'
            """)
        .bind("status", status)
        .bind("sealed", sealed)
        .bind("tenant", tx.tenant().uuid())
        .bind("owner", run.name().owner().uuid())
        .bind("key", run.name().key())
        .bind("run", run.number())
        .execute();
  }

  static void delete(TenantTx tx, Repeats.Start.Run run) {
    tx.handle()
        .createUpdate(
            """
            delete from idempotency_key
            where tenant_id = :tenant and owner_id = :owner and key = :key and run = :run
              and state = 'running'
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("owner", run.name().owner().uuid())
        .bind("key", run.name().key())
        .bind("run", run.number())
        .execute();
  }

  static void release(TenantTx tx, Repeats.Start.Run run, Instant now) {
    tx.handle()
        .createUpdate(
            """
            update idempotency_key set running_until = :now
            where tenant_id = :tenant and owner_id = :owner and key = :key and run = :run
              and state = 'running'
            """)
        .bind("now", now)
        .bind("tenant", tx.tenant().uuid())
        .bind("owner", run.name().owner().uuid())
        .bind("key", run.name().key())
        .bind("run", run.number())
        .execute();
  }

  static int deleteOlder(EngineTx tx, Instant before, int limit) {
    return tx.handle()
        .createUpdate(
            """
            delete from idempotency_key k using (
              select tenant_id, owner_id, key from idempotency_key where created_at < :before
              order by created_at limit :limit
            ) old
            where k.tenant_id = old.tenant_id and k.owner_id = old.owner_id and k.key = old.key
            """)
        .bind("before", before)
        .bind("limit", limit)
        .execute();
  }
}
