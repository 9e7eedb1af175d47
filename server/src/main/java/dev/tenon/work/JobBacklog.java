package dev.tenon.work;

import dev.tenon.db.Database;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.metric.Sampler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Reads for the metrics what jobs wait. Kinds that this node doesn't know are one, `other`.
public final class JobBacklog implements Sampler.Sampled {
  private static final String OTHER = "other";
  private static final List<String> STATES = List.of("ready", "asleep", "taken");

  private final BacklogStore store = new BacklogStore();
  private final Database database;
  private final Jobs jobs;
  private final Meters meters;
  private final InstantSource clock;

  public JobBacklog(Database database, Jobs jobs, Meters meters, InstantSource clock) {
    this.database = database;
    this.jobs = jobs;
    this.meters = meters;
    this.clock = clock;
  }

  @Override
  public void sample() {
    Instant now = clock.instant();
    Map<String, Map<String, Long>> waiting = new HashMap<>();
    Map<String, Long> oldest = new HashMap<>();
    jobs.handlers().keySet().forEach(kind -> waiting.put(kind, new HashMap<>()));
    for (BacklogStore.Count count : database.asEngine(store::counts)) {
      String kind = jobs.handlers().containsKey(count.kind()) ? count.kind() : OTHER;
      waiting
          .computeIfAbsent(kind, _ -> new HashMap<>())
          .merge(count.state(), count.jobs(), Long::sum);
      if (count.state().equals("ready")) {
        long age =
            count.oldest().map(id -> Duration.between(Ids.madeAt(id), now).toSeconds()).orElse(0L);
        oldest.merge(kind, age, Math::max);
      }
    }
    List<Meters.Row> counts = new ArrayList<>();
    List<Meters.Row> ages = new ArrayList<>();
    waiting.forEach(
        (kind, byState) -> {
          STATES.forEach(
              state ->
                  counts.add(
                      new Meters.Row(List.of(kind, state), byState.getOrDefault(state, 0L))));
          ages.add(new Meters.Row(List.of(kind), Math.max(0, oldest.getOrDefault(kind, 0L))));
        });
    meters.set(Metric.JOBS_WAITING, counts);
    meters.set(Metric.JOBS_OLDEST, ages);
  }
}
