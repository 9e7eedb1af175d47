package dev.tenon.delivery;

import dev.tenon.db.EngineTx;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The SQL of figures about the queue of deliveries. It reads a bounded number of rows, however
/// many are waiting.
final class BacklogStore {
  static final int COUNTED_MAX = 10_000;

  /// How many deliveries are in one state, and the id of the oldest.
  record Count(String state, long deliveries, Optional<UUID> oldest) {}

  List<Count> counts(EngineTx tx) {
    return tx.handle()
        .createQuery(
            """
            select state, count(*) as deliveries, min(id::text) as oldest
            from (
              select id,
                case when held then 'held' when wake_at is null then 'ready'
                  when token is null then 'asleep' else 'taken' end as state
              from waiting_delivery limit :max
            ) d
            group by state
            """)
        .bind("max", COUNTED_MAX)
        .map(
            (row, _) ->
                new Count(
                    row.getString("state"),
                    row.getLong("deliveries"),
                    Optional.ofNullable(row.getString("oldest")).map(UUID::fromString)))
        .list();
  }

  long resting(EngineTx tx) {
    return tx.handle()
        .createQuery(
            "select count(*) from endpoint_health where probe_at is not null or throttled_until is not null")
        .mapTo(Long.class)
        .one();
  }
}
