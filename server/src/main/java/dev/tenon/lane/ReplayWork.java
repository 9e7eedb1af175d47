package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Works bulk replays off: a step is a transaction of some hundred facts that also notes how far it
/// came, so that a crash loses no step and repeats none. After some steps it goes back to the end
/// of the queue, so that other work has its turn.
public final class ReplayWork implements JobHandler {
  static final String KIND = "facts.replay";

  private static final int STEP_FACTS_MAX = 500;
  private static final int STEP_LANES_MAX = 100;
  private static final int STEPS_AT_ONCE_MAX = 20;
  private static final RetrySchedule SCHEDULE =
      new RetrySchedule(
          List.of(
              Duration.ofSeconds(2),
              Duration.ofSeconds(10),
              Duration.ofMinutes(1),
              Duration.ofMinutes(10),
              Duration.ofHours(1)),
          0.2);

  private final Database database;
  private final ReplayStore store = new ReplayStore();
  private final Signal factsReady;
  private final InstantSource clock;

  /// @param factsReady raised when facts were put back
  public ReplayWork(Database database, Signal factsReady, InstantSource clock) {
    this.database = database;
    this.factsReady = factsReady;
    this.clock = clock;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public RetrySchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    for (Job job : batch) {
      JobEnd end = work(tenant, UUID.fromString(job.payload()));
      database.useEngine(tx -> jobs.end(tx, tenant, Map.of(job, end)));
    }
  }

  private JobEnd work(TenantId tenant, UUID id) {
    for (int i = 0; i < STEPS_AT_ONCE_MAX; i++) {
      if (!step(tenant, id)) {
        return new JobEnd.Done("the replay has ended");
      }
    }
    return new JobEnd.Later("more facts are to be put back", Duration.ZERO);
  }

  /// Takes one step; answers whether there may be another.
  private boolean step(TenantId tenant, UUID id) {
    boolean more =
        database.asEngine(
            tx -> {
              Optional<ReplayStore.Position> found = store.lockRunning(tx, tenant, id);
              if (found.isEmpty()) {
                return false;
              }
              ReplayFilter filter = found.get().replay().filter();
              int left = filter.factsMax() - found.get().replay().replayed();
              UUID cursor = found.get().cursor();
              Optional<ReplayStore.Moved> moved =
                  filter.state() == ReplayFilter.State.HELD
                      ? store.free(tx, tenant, filter, cursor, Math.min(left, STEP_LANES_MAX))
                      : store.putBack(tx, tenant, filter, cursor, Math.min(left, STEP_FACTS_MAX));
              boolean goesOn = moved.filter(it -> it.more() && it.facts() < left).isPresent();
              store.advance(
                  tx,
                  tenant,
                  id,
                  moved.orElse(new ReplayStore.Moved(0, cursor, false)),
                  goesOn ? null : clock.instant());
              return goesOn;
            });
    factsReady.raise();
    return more;
  }
}
