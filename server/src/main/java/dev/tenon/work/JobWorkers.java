package dev.tenon.work;

import dev.tenon.db.Database;
import dev.tenon.log.LogField;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes jobs that are due and has their handlers do them, a bounded number at once, in batches,
/// each on a virtual thread, shared between tenants ([JobSlots]). What is taken can begin at once,
/// and its lease is renewed while it is under way ([JobLeases]). A batch whose node dies is taken
/// again when its lease is over.
public final class JobWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobWorkers.class);
  private static final UUID BEFORE_ALL = new UUID(0, 0);
  private static final Duration WAKE_EVERY = Duration.ofSeconds(1);
  private static final Duration GATHER = Duration.ofMillis(5);
  private static final int WAKE_MAX = 1_000;
  private static final int WAKES_MAX = 100;

  /// How many statements one look may take until something is found; the next look goes on there.
  private static final int LOOKS_MAX = 64;

  /// How often the worker of a job may be lost. From the second time on the job is by itself.
  static final int DEATHS_MAX = 4;

  private final Database database;
  private final Jobs jobs;
  private final JobStore store = new JobStore();
  private final Signal made;
  private final InstantSource clock;
  private final Limits limits;
  private final JobSlots slots;
  private final JobLeases leases;
  private final ExecutorService batches =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job-batch-", 0).factory());
  private final WorkLoop claimer = new WorkLoop("job-claimer", this::claimOrWait);
  private final WorkLoop waker = new WorkLoop("job-waker", this::wake);
  private final WorkLoop keeper = new WorkLoop("job-lease-keeper", this::keepLeases);
  private final Signal closed = new Signal();
  private final ReentrantLock suspect = new ReentrantLock();
  private UUID after = BEFORE_ALL;
  private volatile boolean closing;

  /// The bounds of the workers.
  ///
  /// @param batches how many full batches may be under way at once; of smaller ones more
  /// @param tenants tenants in one claim at most
  /// @param jobs jobs in one batch at most, which are of one tenant and kind
  /// @param lease how long a node has a job without a sign of life
  /// @param idle how long to wait before looking again when nothing said that there is work
  public record Limits(int batches, int tenants, int jobs, Duration lease, Duration idle) {
    public static final Limits DEFAULT =
        new Limits(8, 8, 32, Duration.ofMinutes(5), Duration.ofMillis(250));
  }

  public JobWorkers(Database database, Jobs jobs, Signal made, InstantSource clock, Limits limits) {
    this.database = database;
    this.jobs = jobs;
    this.made = made;
    this.clock = clock;
    this.limits = limits;
    this.slots = new JobSlots(limits.batches() * limits.jobs());
    this.leases = new JobLeases(database, clock, limits.lease());
  }

  public void start() {
    claimer.start();
    waker.start();
    keeper.start();
  }

  /// Whether all its threads live.
  public boolean isAlive() {
    return claimer.isAlive() && waker.isAlive() && keeper.isAlive();
  }

  private void claimOrWait() throws InterruptedException {
    // Raised also when a place becomes free.
    long seen = made.seen();
    if (!claimAndBegin()) {
      made.await(seen, limits.idle());
    }
  }

  /// Looks until something was found and begun, or all tenants were looked at.
  private boolean claimAndBegin() {
    boolean wrapped = after.equals(BEFORE_ALL);
    for (int i = 0; i < LOOKS_MAX && !closing; i++) {
      JobSlots.View view = slots.view();
      if (view.free() < limits.jobs()) {
        return false;
      }
      JobStore.Claimed claimed = claim(view);
      after = claimed.last().orElse(BEFORE_ALL);
      if (!claimed.jobs().isEmpty()) {
        begin(claimed.jobs());
        if (claimed.jobs().size() < limits.jobs() / 4) {
          // What is made meanwhile comes along with the next look, which costs as much for one.
          claimer.rest(GATHER);
        }
        return true;
      }
      if (claimed.last().isEmpty()) {
        if (wrapped) {
          return false;
        }
        wrapped = true;
      }
    }
    return false;
  }

  private JobStore.Claimed claim(JobSlots.View view) {
    var ask =
        new JobStore.Ask(
            List.copyOf(jobs.handlers().keySet()),
            after,
            Math.min(limits.tenants(), view.free() / limits.jobs()),
            limits.jobs(),
            view.full(),
            view.urgent());
    return database.atOnce(tx -> store.claim(tx, ask, clock.instant().plus(limits.lease())));
  }

  private void begin(List<Job> claimed) {
    batches(claimed)
        .forEach(
            (batch, own) -> {
              if (closing) {
                giveBack(batch, own);
                return;
              }
              slots.take(batch.tenant(), own.size());
              leases.begin(own);
              batches.execute(
                  () -> {
                    try {
                      LogField.TENANT.during(batch.tenant().toString(), () -> runBatch(batch, own));
                    } finally {
                      leases.end(own);
                      slots.give(batch.tenant(), own.size());
                      made.wakeHere();
                    }
                  });
            });
  }

  /// Jobs that were claimed and not begun don't wait for their lease to end: another node, or this
  /// one after its restart, takes them at once.
  private void giveBack(Batch batch, List<Job> own) {
    Map<Job, JobEnd> later = new HashMap<>();
    own.forEach(job -> later.put(job, new JobEnd.Later("the node was stopped", Duration.ZERO)));
    try {
      database.useEngine(tx -> jobs.end(tx, batch.tenant(), later));
    } catch (RuntimeException e) {
      LOG.warn("{} jobs come back when their lease ends: {}", own.size(), e.toString());
    }
  }

  private record Batch(TenantId tenant, String kind) {}

  private static Map<Batch, List<Job>> batches(List<Job> claimed) {
    Map<Batch, List<Job>> batches = new LinkedHashMap<>();
    for (Job job : claimed) {
      batches.computeIfAbsent(new Batch(job.tenant(), job.kind()), _ -> new ArrayList<>()).add(job);
    }
    batches.replaceAll((_, own) -> List.copyOf(own));
    return batches;
  }

  private void runBatch(Batch batch, List<Job> own) {
    JobHandler handler = jobs.handlers().get(batch.kind());
    if (handler == null) {
      return;
    }
    Job first = own.getFirst();
    if (first.deaths() > 1) {
      runSuspect(handler, first);
    } else {
      run(handler, batch, own);
    }
  }

  /// A job that may kill its process: one such job at a time, so that no two are to blame for one
  /// death. Others wait their turn in the queue, without a place.
  private void runSuspect(JobHandler handler, Job job) {
    if (job.deaths() >= DEATHS_MAX) {
      end(job, new JobEnd.Dead("the server stopped %d times while at it".formatted(job.deaths())));
      return;
    }
    if (!suspect.tryLock()) {
      database.useEngine(tx -> store.putBack(tx, job, clock.instant()));
      return;
    }
    try {
      if (database.<Boolean>asEngine(tx -> store.begin(tx, job))) {
        run(handler, new Batch(job.tenant(), job.kind()), List.of(job));
      }
    } finally {
      suspect.unlock();
    }
  }

  private void run(JobHandler handler, Batch batch, List<Job> own) {
    try {
      handler.run(batch.tenant(), own, jobs);
    } catch (Jobs.LeaseLost e) {
      LOG.warn("a batch of {} took longer than its lease: {}", batch.kind(), e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.error("a batch of {} {} failed", own.size(), batch.kind(), e);
      // A handler that throws has ended none of its jobs that are still ours: count the failure, so
      // that a fault that stays ends in a dead job and not in an endless loop.
      var failed = new JobEnd.Failed(FaultText.of(e), null);
      own.forEach(job -> end(job, failed));
    }
  }

  private void end(Job job, JobEnd end) {
    try {
      database.useEngine(tx -> jobs.end(tx, job.tenant(), Map.of(job, end)));
    } catch (Jobs.LeaseLost lost) {
      LOG.debug("job {} was ended before its handler threw", job.id(), lost);
    } catch (RuntimeException again) {
      LOG.error("job {} comes back when its lease ends: {}", job.id(), again.toString());
    }
  }

  private void wake() throws InterruptedException {
    for (int i = 0; i < WAKES_MAX && !closing; i++) {
      int woken = database.asEngine(tx -> store.wake(tx, clock.instant(), WAKE_MAX));
      if (woken > 0) {
        made.raise();
      }
      if (woken < WAKE_MAX) {
        break;
      }
    }
    closed.await(0, WAKE_EVERY);
  }

  private void keepLeases() throws InterruptedException {
    leases.renew();
    closed.await(0, leases.period());
  }

  /// Takes no more, gives back what was not begun, and waits for the batches under way.
  @Override
  public void close() {
    close(Duration.ofMinutes(10));
  }

  /// As [#close()], but waits `limit` at most. What is cut off then has its lease run out, and what
  /// it did up to there is found in its rows: a mail whose attempt has no end is asked about first.
  public void close(Duration limit) {
    closing = true;
    long end = System.nanoTime() + limit.toNanos();
    claimer.stop();
    made.wakeHere();
    try {
      boolean _ = claimer.await(left(end));
      batches.shutdown();
      // Until the last batch is done its lease is kept.
      if (!batches.awaitTermination(left(end).toNanos(), TimeUnit.NANOSECONDS)) {
        LOG.warn("stopped with jobs under way after {} s", limit.toSeconds());
        claimer.interrupt();
        batches.shutdownNow();
      }
      waker.stop();
      keeper.stop();
      closed.wakeHere();
      boolean _ = waker.await(left(end));
      boolean _ = keeper.await(left(end));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(1, end - System.nanoTime()));
  }
}
