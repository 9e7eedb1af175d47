package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// The SQL of figures about the queue of facts. Each reads a bounded number of rows, however many
/// are waiting.
final class BacklogStore {
  static final int COUNTED_MAX = 10_000;
  private static final int TENANTS_MAX = 1_000;

  /// How many facts wait, and how many lanes are held back; the greatest answer means "or more".
  record Counts(long ready, long asleep, long held) {}

  Counts counts(EngineTx tx, Instant now) {
    return tx.handle()
        .createQuery(
            """
            select
              (select count(*) from (
                select from waiting_fact where wake_at is null limit :max) r) as ready,
              (select count(*) from (
                select from waiting_fact where wake_at is not null limit :max) s) as asleep,
              (select count(*) from (
                select from lane where node is null and leased_until > :now limit :max) h) as held
            """)
        .bind("max", COUNTED_MAX)
        .bind("now", now)
        .map(
            (row, _) ->
                new Counts(row.getLong("ready"), row.getLong("asleep"), row.getLong("held")))
        .one();
  }

  /// The fact that has been ready for the longest: one probe of the index a tenant.
  Optional<UUID> oldestReady(EngineTx tx) {
    return tx.handle()
        .createQuery(
            """
            with recursive firsts as (
              (select tenant_id, id from waiting_fact where wake_at is null
               order by tenant_id, id limit 1)
              union all
              select n.tenant_id, n.id from firsts f cross join lateral (
                select w.tenant_id, w.id from waiting_fact w
                where w.wake_at is null and w.tenant_id > f.tenant_id
                order by w.tenant_id, w.id limit 1
              ) n
            )
            select id from (select id from firsts limit :tenants) f order by id limit 1
            """)
        .bind("tenants", TENANTS_MAX)
        .mapTo(UUID.class)
        .findOne();
  }
}
