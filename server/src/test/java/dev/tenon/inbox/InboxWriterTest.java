package dev.tenon.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.inbox.InboxWriter.Stored;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The writer's bounds, and what one bad delivery, a fault or a lost database costs the others. The
/// writer is started when a batch has gathered, so that who is in it is certain.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class InboxWriterTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final TestDatabase database = TestDatabase.fresh();
  private final Ids ids = new Ids(InstantSource.system());
  private final List<InboxWriter> writers = new ArrayList<>();
  private Database db;

  @BeforeAll
  void open() {
    db = database.open();
  }

  @AfterEach
  void stop() {
    writers.forEach(writer -> writer.close(Duration.ofSeconds(1)));
    writers.clear();
  }

  @AfterAll
  void close() {
    db.close();
    database.close();
  }

  @Test
  void oneThatTheDatabaseRefusesFailsAlone() {
    InboxWriter writer = writer(db.intakeSource(), InboxWriter.Limits.DEFAULT);
    var good = store(writer, intake("a.good", 10), 1);
    var bad = store(writer, intake("a.bad\u0000", 10), 2);
    var other = store(writer, intake("another.good", 10), 3);
    writer.start();
    assertThat(good.join()).isEqualTo(Stored.FRESH);
    assertThat(bad.join()).isEqualTo(Stored.BUSY);
    assertThat(other.join()).isEqualTo(Stored.FRESH);
  }

  @Test
  void afterAFaultOfOursEachIsTriedAlone() {
    var statements = new AtomicInteger();
    InboxWriter writer =
        writer(
            source(
                db.intakeSource(),
                () -> {
                  if (statements.incrementAndGet() == 1) {
                    throw new ArithmeticException("a fault");
                  }
                }),
            InboxWriter.Limits.DEFAULT);
    var one = store(writer, intake("a", 10), 1);
    var two = store(writer, intake("a", 10), 2);
    writer.start();
    assertThat(one.join()).isEqualTo(Stored.FRESH);
    assertThat(two.join()).isEqualTo(Stored.FRESH);
    assertThat(statements).hasValue(3);
  }

  @Test
  void anErrorCostsItsBatchAndNotTheWriter() {
    var statements = new AtomicInteger();
    InboxWriter writer =
        writer(
            source(
                db.intakeSource(),
                () -> {
                  if (statements.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("as if");
                  }
                }),
            InboxWriter.Limits.DEFAULT);
    var lost = store(writer, intake("a", 10), 1);
    writer.start();
    assertThat(lost.join()).isEqualTo(Stored.BUSY);
    assertThat(writer.store(intake("a", 10))).isEqualTo(Stored.FRESH);
    assertThat(writer.isRunning()).isTrue();
  }

  @Test
  void runsFromItsStartToItsStop() {
    InboxWriter writer = writer(db.intakeSource(), InboxWriter.Limits.DEFAULT);
    assertThat(writer.isRunning()).isFalse();
    writer.start();
    assertThat(writer.isRunning()).isTrue();
    writer.close();
    assertThat(writer.isRunning()).isFalse();
  }

  @Test
  void whatWaitsIsBoundedByItsBytes() {
    InboxWriter writer =
        writer(db.intakeSource(), new InboxWriter.Limits(1, 256, 1 << 20, 4096, 100_000, 60_000));
    var first = store(writer, intake("a", 60_000), 1);
    assertThat(writer.store(intake("a", 60_000))).as("no room beside it").isEqualTo(Stored.BUSY);
    var small = store(writer, intake("a", 10_000), 2);
    writer.start();
    assertThat(first.join()).isEqualTo(Stored.FRESH);
    assertThat(small.join()).isEqualTo(Stored.FRESH);
    assertThat(writer.store(intake("a", 200_000)))
        .as("one fits always, however large")
        .isEqualTo(Stored.FRESH);
    // Nothing is left of what was counted.
    assertThat(writer.store(intake("a", 90_000))).isEqualTo(Stored.FRESH);
  }

  @Test
  void aCommitIsBoundedByItsBytes() {
    var statements = new AtomicInteger();
    InboxWriter writer =
        writer(
            source(db.intakeSource(), statements::incrementAndGet),
            new InboxWriter.Limits(1, 256, 100_000, 4096, 10 << 20, 60_000));
    List<CompletableFuture<Stored>> all = new ArrayList<>();
    for (int i = 1; i <= 8; i++) {
      all.add(store(writer, intake("a", 60_000), i));
    }
    writer.start();
    assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(Stored.FRESH));
    assertThat(statements).as("two in each").hasValue(4);
  }

  /// It waits for a lock, or for an answer that never comes.
  @Test
  void aWriterThatIsHeldUpHoldsUpNobodyElse() {
    var held = new CountDownLatch(1);
    var statements = new AtomicInteger();
    InboxWriter writer =
        writer(
            source(
                db.intakeSource(),
                () -> {
                  if (statements.incrementAndGet() == 1) {
                    awaitUninterrupted(held);
                  }
                }),
            InboxWriter.Limits.DEFAULT);
    writer.start();
    var first = CompletableFuture.supplyAsync(() -> writer.store(intake("a", 10)));
    await(() -> statements.get() == 1);
    assertThat(writer.store(intake("a", 10))).isEqualTo(Stored.FRESH);
    held.countDown();
    assertThat(first.join()).isEqualTo(Stored.FRESH);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void withoutADatabaseAllOfABatchIsBusyAtOnce() {
    var asked = new AtomicInteger();
    InboxWriter writer =
        writer(
            failing(
                () -> {
                  asked.incrementAndGet();
                  throw new SQLException("away", "08001");
                }),
            InboxWriter.Limits.DEFAULT);
    List<CompletableFuture<Stored>> all = new ArrayList<>();
    for (int i = 1; i <= 5; i++) {
      all.add(store(writer, intake("a", 10), i));
    }
    writer.start();
    assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(Stored.BUSY));
    assertThat(asked).as("once for all of them").hasValue(1);
  }

  @Test
  void whatNobodyWaitsForAnyMoreIsNotStored() {
    InboxWriter writer =
        writer(db.intakeSource(), new InboxWriter.Limits(1, 256, 1 << 20, 4096, 10 << 20, 1));
    Intake late = intake("late", 10);
    assertThat(writer.store(late)).isEqualTo(Stored.BUSY);
    assertThat(writer.waiting()).isEqualTo(1);
    writer.start();
    await(() -> writer.waiting() == 0);
    writer.close();
    assertThat(count("select count(*) from received_event where id = ?", late.receivedEvent))
        .isZero();
  }

  @Test
  void stopsWithinItsLimitThoughTheDatabaseNeverAnswers() {
    var never = new CountDownLatch(1);
    InboxWriter writer =
        writer(
            failing(
                () -> {
                  try {
                    never.await();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  throw new SQLException("interrupted", "08001");
                }),
            new InboxWriter.Limits(2, 1, 1 << 20, 4096, 10 << 20, 60_000));
    List<CompletableFuture<Stored>> all = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      all.add(store(writer, intake("a", 10), i));
    }
    writer.start();
    long start = System.nanoTime();
    writer.close(Duration.ofMillis(200));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(all).allSatisfy(one -> assertThat(one.join()).isEqualTo(Stored.BUSY));
    assertThat(writer.store(intake("a", 10))).isEqualTo(Stored.BUSY);
  }

  @Test
  void writesWhatWaitsBeforeItStops() {
    InboxWriter writer = writer(db.intakeSource(), InboxWriter.Limits.DEFAULT);
    var one = store(writer, intake("a", 10), 1);
    writer.start();
    writer.close(PATIENCE);
    assertThat(one.join()).isEqualTo(Stored.FRESH);
  }

  private InboxWriter writer(DataSource source, InboxWriter.Limits limits) {
    var writer = new InboxWriter(source, new Signal(), limits);
    writers.add(writer);
    return writer;
  }

  /// Stores on a thread of its own and returns when it is the `number`th that waits.
  private static CompletableFuture<Stored> store(InboxWriter writer, Intake intake, int number) {
    var end = new CompletableFuture<Stored>();
    Thread.startVirtualThread(() -> end.complete(writer.store(intake)));
    await(() -> writer.waiting() == number);
    return end.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private Intake intake(String kind, int bytes) {
    UUID id = ids.next();
    return new Intake(
        TenantId.PLATFORM,
        new UUID(1, 1),
        "stripe",
        ReceivedFrom.WEBHOOK,
        id,
        Instant.now(),
        new byte[bytes],
        bytes,
        List.of(
            new Intake.QueuedFact(
                ids.next(), UUID.randomUUID(), new UUID(2, 2), kind, "obj_1", Instant.EPOCH)));
  }

  private int count(String sql, UUID id) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).bind(0, id).mapTo(Integer.class).one());
  }

  /// A pool whose connections do `before` before each statement is prepared.
  private static DataSource source(DataSource pool, Runnable before) {
    return failing(
        () -> {
          Connection real = pool.getConnection();
          return (Connection)
              Proxy.newProxyInstance(
                  InboxWriterTest.class.getClassLoader(),
                  new Class<?>[] {Connection.class},
                  (_, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                      before.run();
                    }
                    try {
                      return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
        });
  }

  private interface Connecting {
    Connection connect() throws SQLException;
  }

  private static DataSource failing(Connecting connecting) {
    return (DataSource)
        Proxy.newProxyInstance(
            InboxWriterTest.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (_, method, _) -> {
              if (method.getName().equals("getConnection")) {
                return connecting.connect();
              }
              throw new UnsupportedOperationException(method.getName());
            });
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + PATIENCE);
      }
      Thread.onSpinWait();
    }
  }
}
