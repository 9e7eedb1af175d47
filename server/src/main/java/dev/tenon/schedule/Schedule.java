package dev.tenon.schedule;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.Schedules;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs the [ClockWork] of all features, each piece on one node at a time, by rows of `clock_work`.
///
/// No node is special: whichever looks first when something is due takes it. A node that dies while
/// at work is missed after a minute and another one repeats the run. Work that fails is tried again
/// after ten seconds, then twenty, and so on up to its own period; each failure is an error in the
/// log.
public final class Schedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Schedule.class);
  private static final String TABLE = "clock_work";
  private static final int THREADS = 2;
  private static final int HEARTBEATS_MISSED_MAX = 4;
  private static final Duration RETRY_FIRST = Duration.ofSeconds(10);

  private final Scheduler scheduler;

  /// How often it looks, and how long it waits.
  ///
  /// @param look from one look for due work to the next
  /// @param heartbeat from one sign of life during a run to the next; a node that misses four is
  ///   taken for dead
  /// @param stopMax how long a stop waits for work under way before it is interrupted
  public record Limits(Duration look, Duration heartbeat, Duration stopMax) {}

  /// @param source the engine's pool
  /// @param clock decides what is due
  public Schedule(DataSource source, List<ClockWork> work, InstantSource clock, Limits limits) {
    List<RecurringTask<Void>> tasks = new ArrayList<>();
    work.forEach(one -> tasks.add(task(one, clock)));
    this.scheduler =
        Scheduler.create(source)
            .startTasks(tasks)
            .tableName(TABLE)
            .schedulerName(new SchedulerName.Fixed("node-" + UUID.randomUUID()))
            .clock(clock::instant)
            .threads(THREADS)
            .pollUsingLockAndFetch(0.5, 1.0)
            .pollingInterval(limits.look())
            .heartbeatInterval(limits.heartbeat())
            .missedHeartbeatsLimit(HEARTBEATS_MISSED_MAX)
            .shutdownMaxWait(limits.stopMax())
            .alwaysPersistTimestampInUTC()
            // Said here, with what happens next.
            .failureLogging(LogLevel.OFF, false)
            .build();
  }

  private static RecurringTask<Void> task(ClockWork work, InstantSource clock) {
    return Tasks.recurring(work.name(), Schedules.fixedDelay(work.every()))
        .onDeadExecution((dead, operations) -> repeat(work, clock, dead, operations))
        .onFailure((failed, operations) -> retry(work, clock, failed, operations))
        .execute((instance, context) -> work.work().run());
  }

  private static void repeat(
      ClockWork work,
      InstantSource clock,
      ExecutionComplete dead,
      ExecutionOperations<Void> operations) {
    LOG.warn("the node that ran {} gives no sign of life; the run is repeated", work.name());
    operations.reschedule(dead, clock.instant());
  }

  private static void retry(
      ClockWork work,
      InstantSource clock,
      ExecutionComplete failed,
      ExecutionOperations<Void> operations) {
    int failures = failed.getExecution().consecutiveFailures;
    Duration wait = RETRY_FIRST.multipliedBy(1L << Math.min(failures, 16));
    if (wait.compareTo(work.every()) > 0) {
      wait = work.every();
    }
    LOG.error(
        "{} failed for the {}. time in a row and is tried again in {} s: {}",
        work.name(),
        failures + 1,
        wait.toSeconds(),
        failed.getCause().map(Throwable::toString).orElse("no cause given"));
    operations.reschedule(failed, clock.instant().plus(wait));
  }

  /// Begins to look for due work.
  public void start() {
    scheduler.start();
  }

  /// Takes no more work and waits for what is under way. May be called twice, or before [#start].
  @Override
  public void close() {
    scheduler.stop();
  }
}
