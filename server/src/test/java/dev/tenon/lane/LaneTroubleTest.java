package dev.tenon.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Delivery;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Facts that break what applies them, and workers that are stopped in the middle. Bodies are lines
/// of `name lane`.
class LaneTroubleTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final List<String> applied = new CopyOnWriteArrayList<>();
  private final List<Integer> sizes = new CopyOnWriteArrayList<>();
  private TestDatabase database;
  private Database db;
  private InboxWriter writer;

  private interface Doing {
    void apply(String kind);
  }

  @BeforeEach
  void start() {
    database = TestDatabase.fresh();
    db = database.open();
    writer = new InboxWriter(db.engineSource(), new Signal(), InboxWriter.Limits.DEFAULT);
    writer.start();
  }

  @AfterEach
  void stop() {
    writer.close();
    db.close();
    database.close();
  }

  @Test
  void anErrorIsAFailureOfItsFactAndEndsNoWorker() throws Exception {
    var after = new Semaphore(0);
    var work = new Signal();
    LaneWorkers workers =
        workers(
            work,
            kind -> {
              if (kind.equals("deep")) {
                throw new StackOverflowError("too \u0000 deep");
              }
              if (kind.equals("after")) {
                after.release();
              }
            });
    receive(tenant, "a A\ndeep B\nb B");
    workers.start();
    try {
      work.raise();
      awaitRows("select last_error from waiting_fact where failures = 1", 1);
      receive(tenant, "after C");
      work.raise();
      assertThat(after.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      assertThat(workers.isAlive()).isTrue();
    } finally {
      workers.close();
    }
    assertThat(applied).contains("a", "after").doesNotContain("b");
    assertThat(rows("select last_error from waiting_fact where failures = 1"))
        .containsExactly("StackOverflowError: too ? deep");
    assertThat(workers.isAlive()).as("after the stop").isFalse();
  }

  @Test
  void aLaneWhoseNodeDiedGoesFactByFactAndApartFromOthers() {
    receive(tenant, "a A\nb A");
    die();
    receive(tenant, "c C\nd D");

    int _ = workers(new Signal(), _ -> {}).claimAndRun();

    assertThat(sizes).containsExactly(2, 1, 1);
    assertThat(applied).containsSubsequence("a", "b");
    assertThat(rows("select id::text from lane")).isEmpty();
  }

  @Test
  void aFactAtWhichNodesDieAgainAndAgainIsSetAside() {
    receive(tenant, "killer A\nb A");
    // Once in a batch, where anything may have been the cause, then three times by itself.
    die();
    for (int i = 0; i < 3; i++) {
      dieAtTheFirst();
    }

    int _ = workers(new Signal(), _ -> {}).claimAndRun();

    assertThat(rows("select kind || ' ' || state || ' ' || result from fact order by id"))
        .containsExactly("killer dead the server stopped 3 times while at it", "b applied did b");
    assertThat(applied).containsExactly("b");
  }

  @Test
  void whatWasAppliedByItselfIsNoLongerSuspected() {
    receive(tenant, "a A\nb A");
    die();
    dieAtTheFirst();
    dieAtTheFirst();
    List<String> deaths = new ArrayList<>();

    int _ =
        workers(new Signal(), kind -> deaths.addAll(rows("select deaths::text from lane")))
            .claimAndRun();

    // As many as before while at the first; then only that it goes alone.
    assertThat(deaths).containsExactly("3", "1");
    assertThat(rows("select state from fact")).containsOnly("applied").hasSize(2);
  }

  /// A node that dies takes much with it that it had only claimed.
  @Test
  void aLaneThatWasOnlyClaimedByNodesThatDiedIsNotSuspected() {
    receive(tenant, "a A");
    for (int i = 0; i < 10; i++) {
      die();
    }
    int _ = workers(new Signal(), _ -> {}).claimAndRun();
    assertThat(applied).containsExactly("a");
  }

  /// A node that is slow but lives takes its own lanes again: that is no death.
  @Test
  void takingAnOwnLeaseAgainIsNoDeath() {
    receive(tenant, "a A");
    UUID node = UUID.randomUUID();
    for (int i = 0; i < 5; i++) {
      assertThat(claim(node).claims()).hasSize(1).allMatch(claim -> claim.deaths() == 0);
      now.set(now.get().plusSeconds(61));
    }
  }

  @Test
  void aStopIsBoundedAndGivesBackWhatWasNotBegun() throws Exception {
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    for (int i = 0; i < 10; i++) {
      receive(new TenantId(new UUID(1, i)), "x" + i + " L");
    }
    LaneWorkers workers =
        workers(
            new Signal(),
            _ -> {
              begun.countDown();
              try {
                assertThat(goOn.await(60, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    workers.start();
    assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();

    long before = System.nanoTime();
    workers.close(Duration.ofMillis(200));

    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    // Interrupted, the one under way ends; the other nine were given back and never begun.
    awaitRows("select '' where not exists (select from lane)", 1);
    assertThat(applied).hasSizeLessThanOrEqualTo(1);
    goOn.countDown();
  }

  /// A node claims everything and is never heard of again.
  private void die() {
    assertThat(claim(UUID.randomUUID()).claims()).isNotEmpty();
    now.set(now.get().plusSeconds(61));
  }

  /// A node begins to apply the claimed lane by itself, and is never heard of again.
  private void dieAtTheFirst() {
    LaneStore.Claim claim = claim(UUID.randomUUID()).claims().getFirst();
    assertThat(db.<Boolean>asEngine(tx -> new LaneStore().begin(tx, claim))).isTrue();
    now.set(now.get().plusSeconds(61));
  }

  private ClaimStore.Claimed claim(UUID node) {
    return db.atOnce(
        tx ->
            new ClaimStore()
                .claim(
                    tx,
                    node,
                    new ClaimStore.ClaimSize(10, 10, 10),
                    ClaimStore.beforeAll(),
                    now.get(),
                    now.get().plusSeconds(60)));
  }

  private void awaitRows(String sql, int count) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (rows(sql).size() != count) {
      assertThat(System.nanoTime()).as(sql).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private List<String> rows(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(String.class).list());
  }

  private LaneWorkers workers(Signal work, Doing doing) {
    var run =
        new LaneRun(
            db,
            List.of(new Applier(doing)),
            (owner, event, stored) -> Delivery.unpack(stored).body(),
            new RetrySchedule(List.of(Duration.ofHours(1)), 0),
            clock,
            128);
    return new LaneWorkers(
        db,
        run,
        work,
        () -> false,
        clock,
        new LaneWorkers.Limits(1, 128, 16, 128, Duration.ofSeconds(60), Duration.ofMillis(50)));
  }

  private void receive(TenantId owner, String body) {
    InboundHeaders none = _ -> Optional.empty();
    var inbox =
        new Inbox(List.of(new Lines()), writer, (_, _, packed) -> packed, new Ids(clock), clock);
    assertThat(
            inbox.receive(
                new Inbox.Source(owner, UUID.randomUUID(), "lines", List.of(Secret.of("s"))),
                none,
                new Delivery(Map.of(), body.getBytes(StandardCharsets.UTF_8))))
        .isPresent();
  }

  private final class Applier implements FactApplier {
    private final Doing doing;

    Applier(Doing doing) {
      this.doing = doing;
    }

    @Override
    public String provider() {
      return "lines";
    }

    @Override
    public List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
      facts.forEach(fact -> doing.apply(fact.kind()));
      sizes.add(facts.size());
      facts.forEach(fact -> applied.add(fact.kind()));
      return facts.stream()
          .map(fact -> (Applied) new Applied.Changed(owner, "did " + fact.kind()))
          .toList();
    }
  }

  private static final class Lines implements InboundProvider {
    @Override
    public String provider() {
      return "lines";
    }

    @Override
    public Verdict verify(byte[] body, InboundHeaders headers, List<Secret> secrets, Instant at) {
      return new Verdict.Valid(0);
    }

    @Override
    public Reading read(byte[] body) {
      return new Reading.Facts(
          Arrays.stream(new String(body, StandardCharsets.UTF_8).split("\n"))
              .map(line -> line.split(" "))
              .map(part -> new ReadFact(part[0], part[1], part[0], part[1], Instant.EPOCH))
              .toList());
    }
  }
}
