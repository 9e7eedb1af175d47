package dev.tenon.email;

import dev.tenon.connector.email.EmailAddress;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.event.Events;
import dev.tenon.id.Ids;
import dev.tenon.suppression.Suppression;
import dev.tenon.suppression.Suppressions;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.Jobs;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gathers the steps of all messages under way and commits them at once: no delay when idle, one
/// commit for many when busy. One writer takes what comes, so that groups grow as large as the rush
/// makes them; a second helps only with what the first leaves behind. A message's thread waits in
/// [#write] until the commit that holds its step is done, so whoever returns from there with `true`
/// may make the call it announced.
///
/// In one transaction: attempts that ended get their outcome, jobs that are over leave the queue,
/// messages move, events are told, and attempts begin. Each job is fenced by its own token: one
/// that another worker has taken since is left out, without harm to the others. A group that fails
/// is written step by step, so that one bad step fails alone. Its requests are bounded in bytes.
final class MailLedger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MailLedger.class);
  private static final int SUPPRESSION_CHARS_MAX = 500;
  private static final int WRITERS = 2;
  private static final int GROUP_MAX = 256;
  private static final int CROWD = GROUP_MAX / 2;
  private static final long IDLE_MILLIS = 200;
  private static final int WAITING_MAX = 20_000;
  private static final long GROUP_REQUEST_BYTES_MAX = 16L << 20;
  private static final int OUTCOME_TRIES_MAX = 30;
  private static final Duration OUTCOME_PAUSE = Duration.ofSeconds(1);

  private final Database database;
  private final AttemptStore store = new AttemptStore();
  private final Jobs jobs;
  private final Events events;
  private final Ids ids;
  private final Suppressions suppressions = new Suppressions();
  private final InstantSource clock;
  private final BlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(WAITING_MAX);
  private final List<Thread> writers = new ArrayList<>();
  private final Semaphore crowded = new Semaphore(0);
  private volatile boolean closing;

  MailLedger(Database database, Jobs jobs, Events events, InstantSource clock) {
    this.ids = new Ids(clock);
    this.database = database;
    this.jobs = jobs;
    this.events = events;
    this.clock = clock;
    for (int i = 1; i <= WRITERS; i++) {
      boolean first = i == 1;
      writers.add(
          Thread.ofPlatform()
              .daemon()
              .name("mail-ledger-" + i)
              .start(() -> writeUntilClosed(first)));
    }
  }

  private record Entry(Step step, CompletableFuture<Boolean> written) {}

  /// Writes a step and waits for its commit. False when the job is no longer ours, or the message
  /// may no longer be sent: then no call may be made and nothing else was written, but for the
  /// outcome of an attempt that was ours.
  ///
  /// A step that holds an outcome is tried for a while when the database is away: thrown away, it
  /// would turn what is known into "nobody knows".
  ///
  /// @throws IllegalStateException when it can't be written
  boolean write(Step step) {
    int triesLeft = step.ended() == null ? 1 : OUTCOME_TRIES_MAX;
    while (true) {
      var entry = new Entry(step, new CompletableFuture<>());
      try {
        waiting.put(entry);
        return entry.written().get();
      } catch (ExecutionException e) {
        if (--triesLeft == 0 || closing) {
          throw new IllegalStateException("a step could not be written", e.getCause());
        }
        LOG.warn("an outcome could not be written, next try in a second: {}", e.toString());
        pause();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped while writing", e);
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(OUTCOME_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped while writing", e);
    }
  }

  private void writeUntilClosed(boolean always) {
    List<Entry> group = new ArrayList<>(GROUP_MAX);
    while (true) {
      try {
        Entry first = always ? poll() : pollWhenCrowded();
        if (first != null) {
          group.add(first);
          gather(group);
          if (waiting.size() >= CROWD && crowded.availablePermits() == 0) {
            crowded.release();
          }
          writeGroup(group);
        } else if (closing) {
          return;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } finally {
        group.clear();
      }
    }
  }

  private @Nullable Entry poll() throws InterruptedException {
    return waiting.poll(IDLE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// Waits for a crowd, but not for long: the first writer may be held up in its commit.
  private @Nullable Entry pollWhenCrowded() throws InterruptedException {
    boolean _ = closing || crowded.tryAcquire(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    return waiting.poll();
  }

  private void gather(List<Entry> group) {
    long bytes = group.getFirst().step().requestBytes();
    while (group.size() < GROUP_MAX && bytes < GROUP_REQUEST_BYTES_MAX) {
      Entry next = waiting.poll();
      if (next == null) {
        return;
      }
      bytes += next.step().requestBytes();
      group.add(next);
    }
  }

  /// Nothing that a group throws ends the writer: the next group is others'.
  private void writeGroup(List<Entry> group) {
    try {
      commit(group);
    } catch (RuntimeException | Error e) {
      if (group.size() == 1) {
        group.getFirst().written().completeExceptionally(e);
        return;
      }
      LOG.warn("writing {} steps failed, now one by one: {}", group.size(), e.toString());
      group.forEach(entry -> writeGroup(List.of(entry)));
    }
  }

  private void commit(List<Entry> group) {
    List<Step> steps = group.stream().map(Entry::step).toList();
    Set<UUID> written = database.asEngine(tx -> write(tx, steps));
    for (Entry entry : group) {
      boolean _ = entry.written().complete(written.contains(entry.step().job().id()));
    }
  }

  /// Answers the jobs whose step was written whole.
  private Set<UUID> write(EngineTx tx, List<Step> steps) {
    List<AttemptRow> ended = new ArrayList<>();
    List<AttemptStore.Begun> begun = new ArrayList<>();
    Map<Job, MailEnd> ends = new HashMap<>();
    for (Step step : steps) {
      if (step.ended() != null) {
        ended.add(step.ended());
      }
      if (step.begun() != null) {
        begun.add(new AttemptStore.Begun(step.job(), step.begun(), step.leftOut()));
      }
      if (step.end() != null) {
        ends.put(step.job(), step.end());
      }
    }
    var now = clock.instant();
    Set<Job> held = jobs.endHeld(tx, jobEnds(ends));
    // A job that was lost ends nothing, but that a provider has the message is true all the same:
    // whoever has the job now believes the attempt unknown.
    ends.entrySet().removeIf(end -> !held.contains(end.getKey()) && !end.getValue().isProof());
    Set<UUID> moved = store.end(tx, ended, ends, now);
    ends.values().removeIf(end -> !moved.contains(end.message()));
    events.tellAll(tx, told(ends));
    suppress(tx, ended, now);
    Set<UUID> written = new HashSet<>(store.begin(tx, begun, now));
    held.forEach(job -> written.add(job.id()));
    // A worker that lost its job has moved the message all the same, and tells so.
    ends.keySet().forEach(job -> written.add(job.id()));
    return written;
  }

  /// Whom a provider refuses for good takes no mail from anybody: nobody should ask again, and by
  /// SMTP there is no webhook that would say so later.
  private void suppress(EngineTx tx, List<AttemptRow> ended, Instant now) {
    // In one order, so that two writers wait for each other instead of deadlocking.
    Map<TenantId, List<Suppression>> gone = new TreeMap<>(Comparator.comparing(TenantId::uuid));
    for (AttemptRow row : ended) {
      for (String address : row.gone()) {
        gone.computeIfAbsent(row.tenant(), _ -> new ArrayList<>())
            .add(
                new Suppression(
                    ids.next(),
                    address,
                    "",
                    Suppression.Reason.BOUNCED,
                    EmailAddress.cleanLine(
                        "%s refused the address: %s"
                            .formatted(row.provider(), row.detail().message()),
                        SUPPRESSION_CHARS_MAX),
                    row.provider(),
                    row.message(),
                    now,
                    now));
      }
    }
    gone.forEach(
        (tenant, entries) ->
            tx.asTenant(
                tenant,
                inTenant -> {
                  suppressions.report(inTenant, entries);
                  return entries.size();
                }));
  }

  private static Map<Job, JobEnd> jobEnds(Map<Job, MailEnd> ends) {
    Map<Job, JobEnd> jobEnds = new HashMap<>();
    ends.forEach((job, end) -> jobEnds.put(job, end.job()));
    return jobEnds;
  }

  private static List<Events.Told> told(Map<Job, MailEnd> ends) {
    List<Events.Told> told = new ArrayList<>();
    ends.forEach(
        (job, end) ->
            end.event().ifPresent(event -> told.add(new Events.Told(job.tenant(), event))));
    return told;
  }

  /// Whether all its threads live.
  boolean isAlive() {
    return writers.stream().allMatch(Thread::isAlive);
  }

  /// Writes what is waiting and returns when that is done.
  @Override
  public void close() {
    closing = true;
    for (Thread writer : writers) {
      try {
        writer.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
