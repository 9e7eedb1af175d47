package dev.tenon.work;

import dev.tenon.db.Database;
import dev.tenon.log.LogField;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes jobs that are due and has their handlers do them, a bounded number of batches at once,
/// each on a virtual thread. A batch whose worker dies is taken again when its lease is over.
public final class JobWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobWorkers.class);
  private static final UUID BEFORE_ALL = new UUID(0, 0);

  private final Database database;
  private final Jobs jobs;
  private final JobStore store = new JobStore();
  private final Signal made;
  private final InstantSource clock;
  private final Limits limits;
  private final Semaphore permits;
  private final ExecutorService batches =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("job-batch-", 0).factory());
  private final List<Thread> threads = new ArrayList<>();
  private final Signal closed = new Signal();
  private UUID after = BEFORE_ALL;
  private volatile boolean closing;

  /// The bounds of the workers.
  ///
  /// @param batches how many batches may be under way at once
  /// @param tenants tenants in one claim at most
  /// @param jobs jobs of one tenant in one claim at most
  /// @param lease how long a batch may take before another worker repeats it
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
    this.permits = new Semaphore(limits.batches());
  }

  public void start() {
    threads.add(Thread.ofPlatform().name("job-claimer").start(this::claimUntilClosed));
    threads.add(Thread.ofPlatform().name("job-waker").start(this::wakeUntilClosed));
  }

  private void claimUntilClosed() {
    while (!closing) {
      try {
        long seen = made.seen();
        permits.acquire();
        permits.release();
        List<Job> claimed = claim();
        if (claimed.isEmpty()) {
          made.await(seen, limits.idle());
        } else {
          dispatch(claimed);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        LOG.error("taking jobs failed, next try in a second: {}", e.toString());
        pause();
      }
    }
  }

  private List<Job> claim() {
    List<String> kinds = List.copyOf(jobs.handlers().keySet());
    Instant until = clock.instant().plus(limits.lease());
    List<Job> claimed = claimFrom(kinds, after, until);
    if (claimed.isEmpty() && !after.equals(BEFORE_ALL)) {
      claimed = claimFrom(kinds, BEFORE_ALL, until);
    }
    after = claimed.isEmpty() ? BEFORE_ALL : claimed.getLast().tenant().uuid();
    return claimed;
  }

  private List<Job> claimFrom(List<String> kinds, UUID from, Instant until) {
    return database.asEngine(
        tx -> store.claim(tx, kinds, from, limits.tenants(), limits.jobs(), until));
  }

  private void dispatch(List<Job> claimed) throws InterruptedException {
    for (Map.Entry<Batch, List<Job>> batch : batches(claimed).entrySet()) {
      permits.acquire();
      if (closing) {
        permits.release();
        giveBack(batch.getKey(), batch.getValue());
        continue;
      }
      batches.execute(
          () -> {
            try {
              LogField.TENANT.during(
                  batch.getKey().tenant().toString(),
                  () -> runBatch(batch.getKey(), batch.getValue()));
            } finally {
              permits.release();
            }
          });
    }
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
    return batches;
  }

  private void runBatch(Batch batch, List<Job> own) {
    JobHandler handler = jobs.handlers().get(batch.kind());
    if (handler == null) {
      return;
    }
    try {
      handler.run(batch.tenant(), own, jobs);
    } catch (Jobs.LeaseLost e) {
      LOG.warn("a batch of {} took longer than its lease: {}", batch.kind(), e.getMessage());
    } catch (RuntimeException e) {
      LOG.error("a batch of {} {} failed", own.size(), batch.kind(), e);
      failAll(batch, own, e);
    }
  }

  /// A handler that throws has ended none of its jobs that are still ours: count the failure, so
  /// that a fault that stays ends in a dead job and not in an endless loop.
  private void failAll(Batch batch, List<Job> own, RuntimeException e) {
    for (Job job : own) {
      try {
        String error = e.getClass().getSimpleName() + ": " + e.getMessage();
        database.useEngine(
            tx -> jobs.end(tx, batch.tenant(), Map.of(job, new JobEnd.Failed(error, null))));
      } catch (Jobs.LeaseLost lost) {
        LOG.debug("job {} was ended before its handler threw", job.id(), lost);
      } catch (RuntimeException again) {
        LOG.error("job {} comes back when its lease ends: {}", job.id(), again.toString());
      }
    }
  }

  private void wakeUntilClosed() {
    while (!closing) {
      try {
        if (database.asEngine(tx -> store.wake(tx, clock.instant(), 1000)) > 0) {
          made.raise();
        }
      } catch (RuntimeException e) {
        LOG.error("waking jobs failed, next try in a second: {}", e.toString());
      }
      pause();
    }
  }

  private void pause() {
    try {
      closed.await(0, Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
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
    closed.wakeHere();
    made.wakeHere();
    long end = System.nanoTime() + limit.toNanos();
    try {
      for (Thread thread : threads) {
        boolean _ = thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
      }
      batches.shutdown();
      if (!batches.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        LOG.warn("stopped with jobs under way after {} s", limit.toSeconds());
        threads.forEach(Thread::interrupt);
        batches.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
