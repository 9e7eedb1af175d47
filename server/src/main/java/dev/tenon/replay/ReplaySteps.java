package dev.tenon.replay;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.id.Prefix;
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

/// Works replays off: a step is a transaction that puts some hundred back and notes how far it
/// came, so that a crash loses no step and repeats none. After some steps it goes back to the end
/// of the queue, so that other work has its turn.
public abstract class ReplaySteps<R> implements JobHandler {
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
  private final ReplayRows<R> rows;
  private final Signal ready;
  private final InstantSource clock;

  /// @param ready raised when something was put back
  protected ReplaySteps(Database database, ReplayRows<R> rows, Signal ready, InstantSource clock) {
    this.database = database;
    this.rows = rows;
    this.ready = ready;
    this.clock = clock;
  }

  /// How many more this replay may put back.
  protected abstract int left(R replay);

  /// Puts some back that stand behind `cursor`, `left` at most.
  protected abstract ReplayStep putBack(
      EngineTx tx, TenantId tenant, R replay, UUID cursor, int left);

  @Override
  public RetrySchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public Optional<String> subject(String payload) {
    return JobHandler.reference(Prefix.REPLAY, payload);
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
    return new JobEnd.Later("more is to be put back", Duration.ZERO);
  }

  /// Takes one step; answers whether there may be another.
  private boolean step(TenantId tenant, UUID id) {
    boolean more =
        database.asEngine(
            tx -> {
              Optional<ReplayRows.Position<R>> found = rows.lockRunning(tx, tenant, id);
              if (found.isEmpty()) {
                return false;
              }
              R replay = found.get().replay();
              int left = left(replay);
              ReplayStep step = putBack(tx, tenant, replay, found.get().cursor(), left);
              boolean goesOn = step.more() && step.count() < left;
              rows.advance(tx, tenant, id, step, goesOn ? null : clock.instant());
              return goesOn;
            });
    ready.raise();
    return more;
  }
}
