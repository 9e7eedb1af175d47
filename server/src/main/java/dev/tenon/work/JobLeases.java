package dev.tenon.work;

import dev.tenon.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/// Renews the leases of the batches that are under way on this node: so long as the node lives, no
/// other takes their jobs and reads what was begun as something that nobody knows the end of.
///
/// Not for ever: a batch that takes longer than [#RUN_MAX] hangs, and its jobs go to another worker
/// when the lease that it then has is over.
final class JobLeases {
  static final Duration RUN_MAX = Duration.ofHours(1);
  private static final int RENEWED_AT_ONCE_MAX = 1_000;

  private final Database database;
  private final JobStore store = new JobStore();
  private final InstantSource clock;
  private final Duration lease;
  private final ConcurrentHashMap<List<Job>, Instant> underWay = new ConcurrentHashMap<>();

  JobLeases(Database database, InstantSource clock, Duration lease) {
    this.database = database;
    this.clock = clock;
    this.lease = lease;
  }

  /// How often to renew: two failures in a row cost no lease.
  Duration period() {
    return lease.dividedBy(3);
  }

  void begin(List<Job> batch) {
    underWay.put(batch, clock.instant());
  }

  void end(List<Job> batch) {
    underWay.remove(batch);
  }

  /// Renews all; what has ended meanwhile is left as it is.
  void renew() {
    Instant now = clock.instant();
    List<Job> jobs = new ArrayList<>();
    underWay.forEach(
        (batch, since) -> {
          if (since.plus(RUN_MAX).isAfter(now)) {
            jobs.addAll(batch);
          }
        });
    for (int i = 0; i < jobs.size(); i += RENEWED_AT_ONCE_MAX) {
      List<Job> some = jobs.subList(i, Math.min(jobs.size(), i + RENEWED_AT_ONCE_MAX));
      database.useEngine(tx -> store.renew(tx, some, now.plus(lease)));
    }
  }
}
