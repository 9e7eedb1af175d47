package dev.tenon.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A stop under load: what was begun is finished, what was not is free at once.
class JobStopTest {
  private static final TenantId TENANT = TenantId.PLATFORM;

  private final InstantSource clock = InstantSource.system();
  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private final Semaphore begun = new Semaphore(0);
  private final Semaphore goOn = new Semaphore(0);

  @AfterEach
  void drop() {
    db.close();
    database.close();
  }

  @Test
  void finishesWhatIsUnderWayAndGivesTheRestBack() throws Exception {
    var made = new Signal();
    var jobs = new Jobs(List.of(new Slow("a"), new Slow("b")), new Ids(clock), clock, made);
    var workers =
        new JobWorkers(
            db,
            jobs,
            made,
            clock,
            new JobWorkers.Limits(1, 8, 100, Duration.ofHours(1), Duration.ofHours(1)));
    db.useTenant(
        TENANT,
        tx ->
            jobs.make(
                tx,
                IntStream.range(0, 20)
                    .mapToObj(i -> NewJob.of(i % 2 == 0 ? "a" : "b", "", null))
                    .toList()));
    workers.start();
    begun.acquire();

    Thread stopping = Thread.ofVirtual().start(workers::close);
    goOn.release();
    stopping.join();

    assertThat(number("select count(*) from job where state = 'done'")).isEqualTo(10);
    assertThat(number("select count(*) from waiting_job")).isEqualTo(10);
    assertThat(number("select count(*) from waiting_job where token is not null"))
        .as("jobs that wait for a lease to end")
        .isZero();
    int _ = db.asEngine(tx -> new JobStore().wake(tx, clock.instant().plusSeconds(1), 100));
    assertThat(number("select count(*) from waiting_job where wake_at is null"))
        .as("jobs that the next node takes at once")
        .isEqualTo(10);
  }

  private long number(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(Long.class).one());
  }

  private final class Slow implements JobHandler {
    private final String kind;

    Slow(String kind) {
      this.kind = kind;
    }

    @Override
    public String kind() {
      return kind;
    }

    @Override
    public RetrySchedule schedule() {
      return RetrySchedule.FACTS;
    }

    @Override
    public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
      begun.release();
      goOn.acquireUninterruptibly();
      Map<Job, JobEnd> ends = new HashMap<>();
      batch.forEach(job -> ends.put(job, new JobEnd.Done("slowly")));
      db.useEngine(tx -> jobs.end(tx, tenant, ends));
    }
  }
}
