package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.metric.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/// Reads for the metrics what waits to be applied.
public final class FactBacklog implements Sampler.Sampled {
  private final BacklogStore store = new BacklogStore();
  private final Database database;
  private final Meters meters;
  private final InstantSource clock;

  public FactBacklog(Database database, Meters meters, InstantSource clock) {
    this.database = database;
    this.meters = meters;
    this.clock = clock;
  }

  @Override
  public void sample() {
    Instant now = clock.instant();
    database.useEngine(
        tx -> {
          BacklogStore.Counts counts = store.counts(tx, now);
          meters.set(
              Metric.FACTS_WAITING,
              List.of(
                  new Meters.Row(List.of("ready"), counts.ready()),
                  new Meters.Row(List.of("asleep"), counts.asleep())));
          meters.set(Metric.LANES_HELD, List.of(new Meters.Row(List.of(), counts.held())));
          long age =
              store
                  .oldestReady(tx)
                  .map(id -> Duration.between(Ids.madeAt(id), now).toSeconds())
                  .orElse(0L);
          meters.set(Metric.FACTS_OLDEST, List.of(new Meters.Row(List.of(), Math.max(0, age))));
        });
  }
}
