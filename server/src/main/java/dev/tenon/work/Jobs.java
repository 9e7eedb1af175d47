package dev.tenon.work;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Durable follow-up work: made in the transaction that decides it, ended in the transaction that
/// records its outcome.
public final class Jobs {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  private final JobStore store = new JobStore();
  private final Map<String, JobHandler> handlers = new HashMap<>();
  private final Ids ids;
  private final InstantSource clock;
  private final Signal made;
  private final Meters meters;

  /// Measures nothing: for tests and tools.
  public Jobs(List<JobHandler> handlers, Ids ids, InstantSource clock, Signal made) {
    this(handlers, ids, clock, made, Meters.unseen());
  }

  /// Knows the kinds that `handlers` handle.
  ///
  /// @param made raised by those who commit new jobs, so that workers need not poll
  public Jobs(List<JobHandler> handlers, Ids ids, InstantSource clock, Signal made, Meters meters) {
    this.meters = meters;
    handlers.forEach(handler -> this.handlers.put(handler.kind(), handler));
    this.ids = ids;
    this.clock = clock;
    this.made = made;
  }

  /// Makes jobs within the caller's transaction, whose commit wakes the workers.
  public void make(TenantTx tx, List<NewJob> jobs) {
    if (!jobs.isEmpty()) {
      store.insert(tx, jobs.stream().map(_ -> ids.next()).toList(), jobs, clock.instant());
      var _ = tx.handle().afterCommit(made::raise);
    }
  }

  /// Says that jobs which were there before are ready again. Call it after the commit; forgetting
  /// it costs a short wait, nothing else.
  public void announce() {
    made.raise();
  }

  /// Ends jobs within the caller's transaction. Throws [LeaseLost] when another worker has taken
  /// one of them since: the caller's transaction then rolls back whole.
  public void end(EngineTx tx, TenantId tenant, Map<Job, JobEnd> ends) {
    Instant now = clock.instant();
    var sorted = sorted(ends, now);
    int ended =
        store.finish(tx, tenant, sorted.finished(), now) + store.sleep(tx, tenant, sorted.asleep());
    if (ended != ends.size()) {
      throw new LeaseLost(ends.size() - ended);
    }
    tellOfDeaths(tx, sorted, ends.keySet());
    countAfterCommit(tx, ends, sorted, ends.keySet());
  }

  /// Ends jobs of any tenants within the caller's transaction and answers those that were still
  /// ours. One that another worker has taken since is left as it is, and what the caller meant to
  /// write with its end must be left out.
  public Set<Job> endHeld(EngineTx tx, Map<Job, JobEnd> ends) {
    if (ends.isEmpty()) {
      return Set.of();
    }
    Instant now = clock.instant();
    var sorted = sorted(ends, now);
    Set<UUID> held = new HashSet<>(store.finishHeld(tx, sorted.finished(), now));
    held.addAll(store.sleepHeld(tx, sorted.asleep()));
    Set<Job> ours =
        ends.keySet().stream()
            .filter(job -> held.contains(job.id()))
            .collect(Collectors.toUnmodifiableSet());
    tellOfDeaths(tx, sorted, ours);
    countAfterCommit(tx, ends, sorted, ours);
    return ours;
  }

  private void tellOfDeaths(EngineTx tx, Sorted sorted, Set<Job> ended) {
    for (JobStore.Finished finished : sorted.finished()) {
      JobHandler handler = handlers.get(finished.job().kind());
      if (handler != null && finished.state().equals("dead") && ended.contains(finished.job())) {
        handler.died(tx, finished.job(), finished.failures());
      }
    }
  }

  /// What is rolled back has not happened, so it is counted once the commit is done.
  private void countAfterCommit(EngineTx tx, Map<Job, JobEnd> ends, Sorted sorted, Set<Job> ended) {
    Map<Job, String> outcomes = new HashMap<>();
    sorted.finished().forEach(one -> outcomes.put(one.job(), one.state()));
    sorted
        .asleep()
        .forEach(
            one ->
                outcomes.put(
                    one.job(), ends.get(one.job()) instanceof JobEnd.Later ? "later" : "failed"));
    outcomes.keySet().retainAll(ended);
    var _ =
        tx.handle()
            .afterCommit(
                () ->
                    outcomes.forEach(
                        (job, outcome) ->
                            meters.counter(Metric.JOBS_ENDED, job.kind(), outcome).increment()));
  }

  private record Sorted(List<JobStore.Finished> finished, List<JobStore.Asleep> asleep) {}

  private Sorted sorted(Map<Job, JobEnd> ends, Instant now) {
    List<JobStore.Finished> finished = new ArrayList<>();
    List<JobStore.Asleep> asleep = new ArrayList<>();
    ends.forEach(
        (job, end) -> {
          switch (end) {
            case JobEnd.Done done ->
                finished.add(
                    new JobStore.Finished(
                        job, "done", FaultText.storable(done.result()), job.failures()));
            case JobEnd.Dead dead -> {
              LOG.error(
                  "job {} {} of {} is dead: {}", job.kind(), job.id(), job.tenant(), dead.error());
              finished.add(
                  new JobStore.Finished(
                      job, "dead", FaultText.storable(dead.error()), job.failures() + 1));
            }
            case JobEnd.Later later ->
                asleep.add(
                    new JobStore.Asleep(
                        job,
                        later.moved() ? 0 : job.failures(),
                        FaultText.storable(later.reason()),
                        now.plus(later.pause())));
            case JobEnd.Failed failed -> afterFailure(job, failed, now, finished, asleep);
          }
        });
    return new Sorted(finished, asleep);
  }

  private void afterFailure(
      Job job,
      JobEnd.Failed failed,
      Instant now,
      List<JobStore.Finished> finished,
      List<JobStore.Asleep> asleep) {
    int failures = job.failures() + 1;
    String error = FaultText.storable(failed.error());
    JobHandler handler = handlers.get(job.kind());
    if (handler == null || !handler.schedule().allows(failures)) {
      LOG.error(
          "job {} {} of {} is dead after {} tries: {}; replay it when the cause is mended",
          job.kind(),
          job.id(),
          job.tenant(),
          failures,
          error);
      finished.add(new JobStore.Finished(job, "dead", error, failures));
      return;
    }
    Duration wait = handler.schedule().after(failures, ThreadLocalRandom.current());
    if (failed.notBefore() != null && failed.notBefore().compareTo(wait) > 0) {
      wait = failed.notBefore();
    }
    asleep.add(new JobStore.Asleep(job, failures, error, now.plus(wait)));
  }

  Map<String, JobHandler> handlers() {
    return handlers;
  }

  /// The id of what a job is about; empty where its kind tells none or is not known here.
  Optional<String> subject(String kind, String payload) {
    JobHandler handler = handlers.get(kind);
    return handler == null ? Optional.empty() : handler.subject(payload);
  }

  /// Puts a finished job back, ready. Answers whether there was one.
  public boolean replay(EngineTx tx, TenantId tenant, UUID id) {
    return store.replay(tx, tenant, id);
  }

  /// Another worker has the job now.
  public static final class LeaseLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LeaseLost(int jobs) {
      super("the lease of %d jobs was lost to another worker".formatted(jobs));
    }
  }
}
