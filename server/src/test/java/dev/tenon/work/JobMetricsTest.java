package dev.tenon.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What jobs count: each run once, by kind and outcome, and only when it was committed.
class JobMetricsTest {
  private static final String KIND = "test.kind";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters meters = new Meters(registry);
  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final Jobs jobs =
      new Jobs(List.of(new Handler()), new Ids(clock), clock, new Signal(), meters);
  private TestDatabase database;
  private Database db;

  @BeforeEach
  void start() {
    database = TestDatabase.fresh();
    db = database.open();
  }

  @AfterEach
  void stop() {
    db.close();
    database.close();
  }

  private static final class Handler implements JobHandler {
    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public RetrySchedule schedule() {
      return new RetrySchedule(List.of(Duration.ofMinutes(1)), 0);
    }

    @Override
    public void run(TenantId tenant, List<Job> batch, Jobs jobs) {}
  }

  private void make(String kind, int count) {
    db.useTenant(
        tenant,
        tx -> {
          for (int i = 0; i < count; i++) {
            jobs.make(tx, List.of(NewJob.of(kind, "{}", null)));
          }
        });
  }

  private List<Job> claim() {
    var ask = new JobStore.Ask(List.of(KIND), new UUID(0, 0), 10, 10, List.of(), -1);
    return db.atOnce(tx -> new JobStore().claim(tx, ask, now.get().plusSeconds(60))).jobs();
  }

  private double ended(String outcome) {
    return meters.counter(Metric.JOBS_ENDED, KIND, outcome).count();
  }

  @Test
  void eachOutcomeIsCountedOnce() {
    make(KIND, 4);
    List<Job> claimed = claim();
    Map<Job, JobEnd> ends = new HashMap<>();
    ends.put(claimed.get(0), new JobEnd.Done("done"));
    ends.put(claimed.get(1), new JobEnd.Dead("no way"));
    ends.put(claimed.get(2), new JobEnd.Failed("passing", null));
    ends.put(claimed.get(3), new JobEnd.Later("not yet", Duration.ofMinutes(1)));
    db.useEngine(tx -> jobs.end(tx, tenant, ends));

    for (String outcome : List.of("done", "dead", "failed", "later")) {
      assertThat(ended(outcome)).as(outcome).isEqualTo(1);
    }
  }

  @Test
  void anEndThatIsRolledBackIsNotCounted() {
    make(KIND, 1);
    Job job = claim().getFirst();
    assertThatThrownBy(
            () ->
                db.useEngine(
                    tx -> {
                      jobs.end(tx, tenant, Map.of(job, new JobEnd.Done("done")));
                      throw new IllegalStateException("the rest failed");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ended("done")).isZero();

    db.useEngine(tx -> jobs.end(tx, tenant, Map.of(job, new JobEnd.Done("done"))));
    assertThat(ended("done")).isEqualTo(1);
  }

  @Test
  void theBacklogTellsWhatWaitsByKindAndForHowLong() {
    var backlog = new JobBacklog(db, jobs, meters, clock);
    backlog.sample();
    assertThat(waiting(KIND, "ready")).isZero();

    make(KIND, 1);
    List<Job> taken = claim();
    assertThat(taken).hasSize(1);
    make(KIND, 2);
    make("unknown.kind.of.a.newer.version", 3);
    now.set(now.get().plusSeconds(25));
    backlog.sample();

    assertThat(waiting(KIND, "ready")).isEqualTo(2);
    assertThat(waiting(KIND, "taken")).isEqualTo(1);
    assertThat(waiting(KIND, "asleep")).isZero();
    assertThat(waiting("other", "ready")).isEqualTo(3);
    assertThat(registry.get("tenon.jobs.oldest.age.seconds").tag("kind", KIND).gauge().value())
        .isEqualTo(25);
  }

  private double waiting(String kind, String state) {
    return registry.get("tenon.jobs.waiting").tag("kind", kind).tag("state", state).gauge().value();
  }
}
