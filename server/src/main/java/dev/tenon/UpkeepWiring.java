package dev.tenon;

import dev.tenon.config.Config;
import dev.tenon.db.Partitions;
import dev.tenon.idempotency.IdempotencyKeys;
import dev.tenon.reconciliation.Reconciliations;
import dev.tenon.retention.Retention;
import dev.tenon.schedule.ClockWork;
import dev.tenon.schedule.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What the clock starts, once over all nodes.
record UpkeepWiring(Partitions partitions, IdempotencyKeys repeats, Schedule schedule) {
  static UpkeepWiring of(
      Config config, Foundation base, Reconciliations reconciliations, Duration stopMax) {
    var repeats = new IdempotencyKeys(base.database(), base.vault(), base.ids(), base.clock());
    var partitions = new Partitions(base.database(), base.clock());
    var retention =
        new Retention(
            base.database(), FromSettings.kept(config), base.clock(), Retention.Limits.DEFAULT);
    List<ClockWork> work =
        new ArrayList<>(
            List.of(
                new ClockWork("partitions", Duration.ofHours(1), partitions::make),
                new ClockWork("retention", Duration.ofHours(1), retention::run),
                new ClockWork("idempotency-keys", Duration.ofMinutes(10), repeats::clean)));
    if (config.reconciliation().everyMinutes() > 0) {
      work.add(
          new ClockWork(
              Reconciliations.CLOCK_WORK, Reconciliations.LOOK_EVERY, reconciliations::startDue));
    }
    var schedule =
        new Schedule(
            base.database().engineSource(),
            List.copyOf(work),
            base.clock(),
            new Schedule.Limits(Duration.ofSeconds(10), Duration.ofSeconds(15), stopMax));
    return new UpkeepWiring(partitions, repeats, schedule);
  }
}
