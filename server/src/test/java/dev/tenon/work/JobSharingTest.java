package dev.tenon.work;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// How jobs of several tenants share a node's places, and how their leases are kept.
class JobSharingTest {
  private static final String KIND = "test.mail";
  private static final Duration LEASE = Duration.ofMinutes(2);

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private final TenantId slow = new TenantId(new UUID(0, 1));
  private final TenantId quick = new TenantId(new UUID(0, 2));
  private final Mail mail = new Mail();
  private final Signal made = new Signal();
  private final Jobs jobs = new Jobs(List.of(mail), new Ids(clock), clock, made);

  @AfterEach
  void drop() {
    db.close();
    database.close();
  }

  @Test
  void aTenantWhoseProviderHangsLeavesPlacesForOthersAndForItsUrgentJobs() throws Exception {
    make(slow, KIND, NewJob.ORDINARY, 100);
    try (JobWorkers workers = workers(8, 4)) {
      workers.start();
      // Half of the places, and no job more than these can begin with.
      for (int i = 0; i < 4; i++) {
        assertThat(mail.begun.poll(30, TimeUnit.SECONDS)).hasSize(4);
      }
      make(quick, KIND, NewJob.ORDINARY, 1);
      made.raise();
      List<Job> next = mail.begun.poll(30, TimeUnit.SECONDS);
      assertThat(next).hasSize(1).allMatch(job -> job.tenant().equals(quick));
      make(slow, KIND, 0, 1);
      made.raise();
      List<Job> urgent = mail.begun.poll(30, TimeUnit.SECONDS);
      assertThat(urgent).hasSize(1).allMatch(job -> job.tenant().equals(slow));
      assertThat(number("select count(*) from waiting_job where wake_at is null")).isEqualTo(84);
      mail.goOn.countDown();
    }
  }

  @Test
  void urgentJobsGoFirst() {
    make(slow, KIND, NewJob.ORDINARY, 5);
    make(slow, KIND, 0, 1);
    assertThat(claim(BEFORE_ALL, 3).jobs()).extracting(Job::priority).containsExactly(0, 5, 5);
  }

  @Test
  void anUrgentJobIsInTheNextClaimHoweverManyWait() {
    for (int i = 0; i < 10; i++) {
      make(slow, KIND, 8, 1_000);
    }
    make(quick, KIND, 8, 1_000);
    assertThat(claim(BEFORE_ALL, 32).jobs()).hasSize(64).allMatch(job -> job.priority() == 8);

    make(slow, KIND, NewJob.ORDINARY, 1);
    make(slow, KIND, NewJob.URGENT, 1);

    List<Job> next = claim(BEFORE_ALL, 32).jobs();
    assertThat(next.getFirst().priority()).isEqualTo(NewJob.URGENT);
    assertThat(next.get(1).priority()).isEqualTo(NewJob.ORDINARY);
    assertThat(next.subList(0, 2)).allMatch(job -> job.tenant().equals(slow));
    // Others have their turn all the same.
    assertThat(next).anyMatch(job -> job.tenant().equals(quick));
  }

  @Test
  void tenantsWithUnknownKindsHideNoOthers() {
    for (int i = 0; i < 30; i++) {
      make(new TenantId(new UUID(0, 100 + i)), "of.a.newer.version", NewJob.ORDINARY, 3);
    }
    var last = new TenantId(new UUID(0, 1_000));
    make(last, "of.a.newer.version", 0, 50);
    make(last, KIND, NewJob.ORDINARY, 1);

    assertThat(claim(BEFORE_ALL, 10).jobs()).hasSize(1).allMatch(job -> job.kind().equals(KIND));
  }

  @Test
  void theLeaseOfAJobUnderWayIsRenewedAndThatOfADeadNodeIsNot() throws Exception {
    make(slow, KIND, NewJob.ORDINARY, 1);
    var leases = new JobLeases(db, clock, LEASE);
    Job job = claim(BEFORE_ALL, 1).jobs().getFirst();
    leases.begin(List.of(job));
    for (int i = 0; i < 10; i++) {
      now.set(now.get().plusSeconds(60));
      leases.renew();
      assertThat(wake()).isZero();
    }
    // One that hangs is not kept for ever.
    now.set(now.get().plus(JobLeases.RUN_MAX));
    leases.renew();
    assertThat(wake()).isEqualTo(1);

    // Whoever has it now is not disturbed by the one who lost it.
    Job again = claim(BEFORE_ALL, 1).jobs().getFirst();
    Instant until = now.get().plus(LEASE);
    leases.end(List.of(job));
    leases.begin(List.of(job));
    now.set(now.get().plusSeconds(30));
    leases.renew();
    assertThat(instant("select wake_at from waiting_job")).isEqualTo(until);
    assertThat(again.deaths()).isEqualTo(1);
  }

  @Test
  void workersKeepTheirLeases() throws Exception {
    make(slow, KIND, NewJob.ORDINARY, 1);
    var workers =
        new JobWorkers(
            db,
            jobs,
            made,
            clock,
            new JobWorkers.Limits(2, 8, 4, Duration.ofMillis(300), Duration.ofMillis(50)));
    try (workers) {
      workers.start();
      assertThat(mail.begun.poll(30, TimeUnit.SECONDS)).hasSize(1);
      now.set(now.get().plusMillis(200));
      Instant wanted = now.get().plusMillis(300);
      long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (!instant("select wake_at from waiting_job").equals(wanted)) {
        assertThat(System.nanoTime()).as("the lease was not renewed").isLessThan(end);
        Thread.onSpinWait();
      }
      mail.goOn.countDown();
    }
  }

  @Test
  void aJobAtWhichNodesDieGoesByItselfAndIsSetAside() throws Exception {
    make(slow, KIND, NewJob.ORDINARY, 3);
    for (int i = 0; i < 2; i++) {
      assertThat(claim(BEFORE_ALL, 10).jobs()).hasSize(3);
      die(3);
    }
    // The first is suspected from now on, and by itself; so are the others in their turn.
    for (int i = 0; i < 2; i++) {
      List<Job> alone = claim(BEFORE_ALL, 10).jobs();
      assertThat(alone).hasSize(1);
      assertThat(db.<Boolean>asEngine(tx -> new JobStore().begin(tx, alone.getFirst()))).isTrue();
      die(1);
    }
    // What a node that dies had taken and not begun has nothing to do with it.
    for (int i = 0; i < 5; i++) {
      assertThat(claim(BEFORE_ALL, 10).jobs()).hasSize(1);
      die(1);
    }
    mail.goOn.countDown();
    try (JobWorkers workers = workers(4, 10)) {
      workers.start();
      awaitNumber("select count(*) from job", 3);
    }
    assertThat(texts("select state || ' ' || result from job order by id"))
        .containsExactly("dead the server stopped 4 times while at it", "done sent", "done sent");
    assertThat(mail.sizes).containsOnly(1).hasSize(2);
  }

  @Test
  void aJobThatComesToAnEndByItselfIsNoLongerSuspected() {
    make(slow, KIND, NewJob.ORDINARY, 1);
    assertThat(claim(BEFORE_ALL, 1).jobs()).hasSize(1);
    die(1);
    Job job = claim(BEFORE_ALL, 1).jobs().getFirst();
    assertThat(job.deaths()).isEqualTo(1);
    db.useEngine(tx -> jobs.end(tx, slow, Map.of(job, new JobEnd.Later("not yet", Duration.ZERO))));
    assertThat(wake()).isEqualTo(1);
    assertThat(claim(BEFORE_ALL, 1).jobs().getFirst().deaths()).isZero();
  }

  @Test
  void anErrorAndATextThatCantBeStoredCountAsFailures() throws Exception {
    mail.trouble.set(new StackOverflowError("too \u0000 deep"));
    make(slow, KIND, NewJob.ORDINARY, 1);
    try (JobWorkers workers = workers(4, 10)) {
      workers.start();
      awaitNumber("select failures from waiting_job", 1);
      assertThat(workers.isAlive()).isTrue();
      mail.goOn.countDown();
    }
    assertThat(texts("select last_error from waiting_job"))
        .containsExactly("StackOverflowError: too ? deep");
  }

  @Test
  void moreThanOneStepOfJobsWakesAtOnce() throws Exception {
    make(slow, "of.a.newer.version", NewJob.ORDINARY, 2_500);
    db.useEngine(tx -> tx.handle().execute("update waiting_job set wake_at = '2026-11-24T10:00Z'"));
    try (JobWorkers workers = workers(4, 10)) {
      long before = System.nanoTime();
      workers.start();
      awaitNumber("select count(*) from waiting_job where wake_at is null", 2_500);
      assertThat(System.nanoTime() - before).isLessThan(Duration.ofSeconds(30).toNanos());
    }
  }

  private static final UUID BEFORE_ALL = new UUID(0, 0);

  private JobWorkers workers(int places, int batch) {
    return new JobWorkers(
        db,
        jobs,
        made,
        clock,
        new JobWorkers.Limits(places, 8, batch, LEASE, Duration.ofMillis(50)));
  }

  private JobStore.Claimed claim(UUID after, int jobsMax) {
    var ask = new JobStore.Ask(List.of(KIND), after, 8, jobsMax, List.of(), -1);
    return db.atOnce(tx -> new JobStore().claim(tx, ask, now.get().plus(LEASE)));
  }

  private void die(int jobsLost) {
    now.set(now.get().plus(LEASE));
    assertThat(wake()).isEqualTo(jobsLost);
  }

  private int wake() {
    return db.asEngine(tx -> new JobStore().wake(tx, now.get(), 1_000));
  }

  private void make(TenantId tenant, String kind, int priority, int count) {
    db.useTenant(
        tenant,
        tx ->
            jobs.make(
                tx,
                IntStream.range(0, count)
                    .mapToObj(_ -> new NewJob(kind, 1, "", null, priority, null))
                    .toList()));
  }

  private long number(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(Long.class).findOne().orElse(-1L));
  }

  private Instant instant(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(Instant.class).one());
  }

  private List<String> texts(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(String.class).list());
  }

  private void awaitNumber(String sql, long wanted) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (number(sql) != wanted) {
      assertThat(System.nanoTime()).as(sql).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  /// Says that it has begun and waits until it may go on.
  private final class Mail implements JobHandler {
    final LinkedBlockingQueue<List<Job>> begun = new LinkedBlockingQueue<>();
    final List<Integer> sizes = new CopyOnWriteArrayList<>();
    final CountDownLatch goOn = new CountDownLatch(1);
    final AtomicReference<Error> trouble = new AtomicReference<>();

    @Override
    public String kind() {
      return KIND;
    }

    @Override
    public RetrySchedule schedule() {
      return new RetrySchedule(List.of(Duration.ofHours(1)), 0);
    }

    @Override
    public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
      begun.add(batch);
      sizes.add(batch.size());
      if (trouble.get() != null) {
        throw trouble.get();
      }
      try {
        assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      Map<Job, JobEnd> ends = new HashMap<>();
      batch.forEach(job -> ends.put(job, new JobEnd.Done("sent")));
      db.useEngine(tx -> jobs.end(tx, tenant, ends));
    }
  }
}
