package dev.tenon.delivery;

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

/// Works bulk replays of deliveries off: a step is a transaction of some hundred that also notes
/// how far it came, so that a replay goes on after a restart and puts nothing back twice.
public final class DeliveryReplayWork implements JobHandler {
  static final String KIND = "deliveries.replay";

  private static final int STEP_MAX = 500;
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
  private final DeliveryReplayStore store = new DeliveryReplayStore();
  private final Signal ready;
  private final InstantSource clock;

  /// @param ready raised when deliveries were put back
  public DeliveryReplayWork(Database database, Signal ready, InstantSource clock) {
    this.database = database;
    this.ready = ready;
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
    return new JobEnd.Later("more deliveries are to be put back", Duration.ZERO);
  }

  private boolean step(TenantId tenant, UUID id) {
    boolean more =
        database.asEngine(
            tx -> {
              Optional<DeliveryReplayStore.Position> found = store.lockRunning(tx, tenant, id);
              if (found.isEmpty()) {
                return false;
              }
              DeliveryReplay replay = found.get().replay();
              int left = replay.filter().deliveriesMax() - replay.replayed();
              UUID cursor = found.get().cursor();
              DeliveryReplayStore.Moved moved =
                  store
                      .step(tx, tenant, replay.filter(), cursor, Math.min(left, STEP_MAX))
                      .orElse(new DeliveryReplayStore.Moved(0, cursor, false));
              boolean goesOn = moved.more() && moved.deliveries() < left;
              store.advance(tx, tenant, id, moved, goesOn ? null : clock.instant());
              return goesOn;
            });
    ready.raise();
    return more;
  }
}
