package dev.tenon.work;

import dev.tenon.db.EngineTx;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// The SQL of figures about the queue of jobs. It reads a bounded number of rows, however many are
/// waiting.
final class BacklogStore {
  static final int COUNTED_MAX = 10_000;

  /// How many jobs of a kind are in one state, and the id of the oldest.
  record Count(String kind, String state, long jobs, Optional<UUID> oldest) {}

  List<Count> counts(EngineTx tx) {
    return tx.handle()
        .createQuery(
            """
            select kind, state, count(*) as jobs, min(id::text) as oldest
            from (
              select kind, id,
                case when wake_at is null then 'ready' when token is null then 'asleep'
                  else 'taken' end as state
              from waiting_job limit :max
            ) j
            group by kind, state
            """)
        .bind("max", COUNTED_MAX)
        .map(
            (row, _) ->
                new Count(
                    row.getString("kind"),
                    row.getString("state"),
                    row.getLong("jobs"),
                    Optional.ofNullable(row.getString("oldest")).map(UUID::fromString)))
        .list();
  }
}
