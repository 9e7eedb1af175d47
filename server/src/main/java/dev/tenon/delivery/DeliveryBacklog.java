package dev.tenon.delivery;

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

/// Reads for the metrics what deliveries wait.
public final class DeliveryBacklog implements Sampler.Sampled {
  private static final List<String> STATES = List.of("ready", "taken", "asleep", "held");

  private final BacklogStore store = new BacklogStore();
  private final Database database;
  private final Meters meters;
  private final InstantSource clock;

  public DeliveryBacklog(Database database, Meters meters, InstantSource clock) {
    this.database = database;
    this.meters = meters;
    this.clock = clock;
  }

  @Override
  public void sample() {
    Instant now = clock.instant();
    Map<String, Long> waiting = new HashMap<>();
    long oldest = 0;
    for (BacklogStore.Count count : database.asEngine(store::counts)) {
      waiting.put(count.state(), count.deliveries());
      if (count.state().equals("ready")) {
        oldest =
            count.oldest().map(id -> Duration.between(Ids.madeAt(id), now).toSeconds()).orElse(0L);
      }
    }
    List<Meters.Row> rows = new ArrayList<>();
    STATES.forEach(
        state -> rows.add(new Meters.Row(List.of(state), waiting.getOrDefault(state, 0L))));
    meters.set(Metric.DELIVERIES_WAITING, rows);
    meters.set(Metric.DELIVERIES_OLDEST, List.of(new Meters.Row(List.of(), Math.max(0, oldest))));
    meters.set(
        Metric.ENDPOINTS_RESTING,
        List.of(new Meters.Row(List.of(), database.asEngine(store::resting))));
  }
}
