package dev.tenon.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The clock is moved by hand; what is awaited are the runs themselves.
class ScheduleTest {
  private static final Schedule.Limits QUICK =
      new Schedule.Limits(Duration.ofMillis(20), Duration.ofMillis(100), Duration.ofSeconds(20));

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TestDatabase database = TestDatabase.fresh();
  private final Database db = database.open();
  private final Semaphore ran = new Semaphore(0);
  private final AtomicInteger runs = new AtomicInteger();

  @AfterEach
  void stop() {
    db.close();
    database.close();
  }

  @Test
  void runsOnceOverAllNodes() throws Exception {
    var count = new ClockWork("count", Duration.ofHours(1), this::run);
    try (Schedule one = node(count);
        Schedule other = node(count)) {
      one.start();
      other.start();
      for (int hour = 0; hour < 5; hour++) {
        awaitRun();
        // A run is over when its next time is written; only then does the next hour count.
        awaitRow("execution_time > timestamptz '%s'".formatted(now.get()));
        now.set(now.get().plus(Duration.ofHours(1)));
      }
      awaitRun();
    }
    assertThat(runs).hasValue(6);
  }

  @Test
  void aRunThatFailsIsTriedAgainSoonerThanItsPeriod() throws Exception {
    var failing =
        new ClockWork(
            "failing",
            Duration.ofHours(1),
            () -> {
              run();
              if (runs.get() == 1) {
                throw new IllegalStateException("told to fail");
              }
            });
    try (Schedule node = node(failing)) {
      node.start();
      awaitRun();
      awaitRow("consecutive_failures = 1");
      now.set(now.get().plus(Duration.ofSeconds(10)));
      awaitRun();
      awaitRow("consecutive_failures = 0");
    }
  }

  @Test
  void anotherNodeRepeatsARunWhoseNodeDied() throws Exception {
    var count = new ClockWork("count", Duration.ofHours(1), this::run);
    try (Schedule node = node(count)) {
      node.start();
      awaitRun();
      awaitRow("not picked");
    }
    now.set(now.get().plus(Duration.ofHours(1)));
    db.useEngine(
        tx ->
            tx.handle()
                .execute(
                    "update clock_work set picked = true, picked_by = 'gone', last_heartbeat = ?",
                    now.get()));
    now.set(now.get().plus(Duration.ofMinutes(2)));
    try (Schedule node = node(count)) {
      node.start();
      awaitRun();
    }
    assertThat(runs).hasValue(2);
  }

  @Test
  void aStopWaitsForTheRunUnderWay() throws Exception {
    var begun = new Semaphore(0);
    var goOn = new Semaphore(0);
    Schedule node =
        node(
            new ClockWork(
                "slow",
                Duration.ofHours(1),
                () -> {
                  begun.release();
                  goOn.acquireUninterruptibly();
                  run();
                }));
    node.start();
    assertThat(begun.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    Thread stopping = Thread.ofVirtual().start(node::close);
    goOn.release();
    stopping.join();
    assertThat(runs).hasValue(1);
    awaitRow("not picked");
  }

  @Test
  void belongsToThePlatformAndIsHiddenFromTenants() throws Exception {
    try (Schedule node = node(new ClockWork("count", Duration.ofHours(1), this::run))) {
      node.start();
      awaitRun();
    }
    String rights =
        db.asEngine(
            tx ->
                tx.handle()
                    .createQuery(
                        "select has_table_privilege('tenon_tenant', 'clock_work', 'select')"
                            + " || ' ' || relforcerowsecurity from pg_class"
                            + " where oid = 'clock_work'::regclass")
                    .mapTo(String.class)
                    .one());
    assertThat(rights).isEqualTo("false true");
  }

  private Schedule node(ClockWork work) {
    return new Schedule(db.engineSource(), List.of(work), clock, QUICK);
  }

  private void run() {
    int _ = runs.incrementAndGet();
    ran.release();
  }

  /// Waits for a run, at most 20 seconds. The library measures its pauses by our clock too, so the
  /// clock moves a little meanwhile.
  private void awaitRun() throws InterruptedException {
    for (int i = 0; i < 400; i++) {
      if (ran.tryAcquire(50, TimeUnit.MILLISECONDS)) {
        return;
      }
      now.updateAndGet(instant -> instant.plusMillis(100));
    }
    throw new AssertionError("no run within 20 s");
  }

  /// Looks until the row is as wanted, at most 20 seconds.
  private void awaitRow(String condition) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      long found =
          db.asEngine(
              tx ->
                  tx.handle()
                      .createQuery("select count(*) from clock_work where " + condition)
                      .mapTo(Long.class)
                      .one());
      if (found == 1) {
        return;
      }
      Thread.onSpinWait();
    }
    throw new AssertionError("no row with " + condition);
  }
}
