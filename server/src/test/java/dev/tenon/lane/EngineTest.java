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
import dev.tenon.inbox.Received;
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
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The engine on a real database with a provider whose bodies are lines of `key lane`: what is
/// taken in is stored once, applied once and in the order of its lane, and a failure stops its own
/// lane.
class EngineTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final TenantId tenant = new TenantId(UUID.randomUUID());
  private final Inbox.Source source =
      new Inbox.Source(tenant, UUID.randomUUID(), "lines", List.of(Secret.of("s")));
  private final Recorder recorder = new Recorder();
  private TestDatabase database;
  private Database db;
  private InboxWriter writer;
  private Inbox inbox;
  private LaneWorkers workers;
  private LaneStore lanes;

  @BeforeEach
  void start() {
    database = TestDatabase.fresh();
    db = database.open();
    Signal stored = new Signal();
    writer = new InboxWriter(db.engineSource(), stored, InboxWriter.Limits.DEFAULT);
    writer.start();
    inbox =
        new Inbox(
            List.of(new Lines()), writer, (owner, event, packed) -> packed, new Ids(clock), clock);
    workers = node(recorder);
    lanes = new LaneStore();
  }

  private LaneWorkers node(FactApplier applier) {
    var run =
        new LaneRun(
            db,
            List.of(applier),
            (owner, event, stored) -> Delivery.unpack(stored).body(),
            new RetrySchedule(List.of(Duration.ofMinutes(1), Duration.ofMinutes(10)), 0),
            clock,
            128);
    return new LaneWorkers(db, run, new Signal(), () -> false, clock, LaneWorkers.Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    writer.close();
    db.close();
    database.close();
  }

  @Test
  void appliesWhatCameInOnceAndInTheOrderOfItsLane() {
    receive("a1 A\nb1 B\na2 A");
    receive("a3 A");

    runAll();

    assertThat(recorder.applied).containsSubsequence("a1", "a2", "a3").contains("b1").hasSize(4);
    assertThat(count("waiting_fact")).isZero();
    assertThat(count("lane")).isZero();
    assertThat(states()).containsOnly("applied");
  }

  @Test
  void storesARepeatedFactOnceAndSaysThatItCameAgain() {
    assertThat(receive("a1 A")).isEqualTo(new Received.Accepted(true));
    assertThat(receive("a1 A")).isEqualTo(new Received.Accepted(false));
    runAll();
    assertThat(receive("a1 A")).isEqualTo(new Received.Accepted(false));

    runAll();

    assertThat(recorder.applied).containsExactly("a1");
    assertThat(count("received_event")).isEqualTo(1);
    assertThat(number("select seen from fact_key")).isEqualTo(3);
  }

  @Test
  void takesInTheNewFactsOfADeliveryThatAlsoRepeatsOldOnes() {
    receive("a1 A");
    assertThat(receive("a1 A\na2 A")).isEqualTo(new Received.Accepted(true));

    runAll();

    assertThat(recorder.applied).containsExactly("a1", "a2");
  }

  @Test
  void countsAFactThatStandsTwiceInOneDeliveryOnce() {
    receive("a1 A\na1 A");
    runAll();
    assertThat(recorder.applied).containsExactly("a1");
  }

  @Test
  void aFailureHoldsItsLaneAndNoOther() {
    recorder.failing = "a2";
    receive("a1 A\na2 A\na3 A\nb1 B");

    runAll();
    assertThat(recorder.applied).containsExactlyInAnyOrder("a1", "b1");

    receive("a4 A");
    runAll();
    assertThat(recorder.applied).doesNotContain("a3", "a4");

    recorder.failing = "";
    later(Duration.ofMinutes(2));
    runAll();
    assertThat(recorder.applied).containsSubsequence("a1", "a2", "a3", "a4").hasSize(5);
  }

  @Test
  void aDeadFactLetsTheOthersPassAndCanBeReplayed() {
    recorder.failing = "a1";
    receive("a1 A\na2 A");
    for (int i = 0; i < 3; i++) {
      runAll();
      later(Duration.ofMinutes(11));
    }
    runAll();
    assertThat(recorder.applied).containsExactly("a2");
    assertThat(states()).containsExactlyInAnyOrder("dead", "applied");

    recorder.failing = "";
    UUID dead =
        db.asEngine(
            tx ->
                tx.handle()
                    .createQuery("select id from fact where state = 'dead'")
                    .mapTo(UUID.class)
                    .one());
    boolean replayed = db.asEngine(tx -> new FactStore().replay(tx, tenant, dead));
    assertThat(replayed).isTrue();
    runAll();
    assertThat(recorder.applied).containsExactly("a2", "a1");
    assertThat(states()).containsOnly("applied");
  }

  @Test
  void aWorkerThatLostItsLeaseAppliesNothing() {
    receive("a1 A");
    List<LaneStore.Claim> stale = claim();
    later(Duration.ofMinutes(5));
    List<LaneStore.Claim> taken = claim();
    assertThat(taken).hasSize(1);

    assertThat(held(stale)).isEmpty();
    assertThat(held(taken)).hasSize(1);
  }

  @Test
  void aTenantWithManyFactsDoesNotDelayAnother() {
    receive(manyLanes(400));
    var other = new TenantId(UUID.randomUUID());
    var otherSource = new Inbox.Source(other, UUID.randomUUID(), "lines", List.of(Secret.of("s")));
    receive(otherSource, "z1 Z");

    workers.claimAndRun();
    workers.claimAndRun();

    assertThat(recorder.applied).contains("z1").hasSizeLessThan(300);
  }

  @Test
  void twoNodesApplyEachFactOnce() throws Exception {
    var other = node(recorder);
    for (int i = 0; i < 40; i++) {
      receive("k%d L%d\nm%d L%d".formatted(i, i % 7, i, i % 5));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (LaneWorkers node : List.of(workers, other, workers, other)) {
        threads.execute(
            () -> {
              for (int i = 0; i < 20; i++) {
                node.claimAndRun();
              }
            });
      }
    }
    runAll();

    assertThat(recorder.applied).hasSize(80).doesNotHaveDuplicates();
  }

  @Test
  void manyAtOnceAreCommittedTogetherAndNoneIsLost() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 500; i++) {
        String body = "k%d L%d".formatted(i % 400, i % 50);
        threads.execute(() -> assertThat(receive(body)).isInstanceOf(Received.Accepted.class));
      }
    }
    assertThat(count("waiting_fact")).isEqualTo(400);
    assertThat(count("received_event")).isEqualTo(400);
    assertThat(number("select sum(seen) from fact_key")).isEqualTo(500);
  }

  private static String manyLanes(int count) {
    var body = new StringBuilder();
    for (int i = 0; i < count; i++) {
      body.append("many%d lane%d\n".formatted(i, i));
    }
    return body.toString();
  }

  private Received receive(String body) {
    return receive(source, body);
  }

  private Received receive(Inbox.Source from, String body) {
    InboundHeaders none = _ -> Optional.empty();
    return inbox
        .receive(from, none, new Delivery(Map.of(), body.getBytes(StandardCharsets.UTF_8)))
        .orElseThrow();
  }

  private void runAll() {
    int claimed;
    do {
      claimed = workers.claimAndRun();
    } while (claimed > 0);
  }

  private List<LaneStore.Claim> claim() {
    return db.atOnce(
            tx ->
                new ClaimStore()
                    .claim(
                        tx,
                        UUID.randomUUID(),
                        new ClaimStore.ClaimSize(10, 10, 10),
                        ClaimStore.beforeAll(),
                        now.get(),
                        now.get().plusSeconds(60)))
        .claims();
  }

  private List<UUID> held(List<LaneStore.Claim> claims) {
    return db.asEngine(tx -> lanes.lockHeld(tx, tenant, claims));
  }

  private void later(Duration time) {
    now.set(now.get().plus(time));
    int _ = db.asEngine(tx -> lanes.wake(tx, now.get(), 1000));
  }

  private long count(String table) {
    return number("select count(*) from " + table);
  }

  private long number(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(Long.class).one());
  }

  private List<String> states() {
    return db.asEngine(
        tx -> tx.handle().createQuery("select state from fact").mapTo(String.class).list());
  }

  /// Remembers what was applied; what it is told to fail fails. Its memory is only written after
  /// the statements of the call went through, and the calls of a lane never overlap.
  private static final class Recorder implements FactApplier {
    final List<String> applied = new ArrayList<>();
    String failing = "";

    @Override
    public String provider() {
      return "lines";
    }

    @Override
    public synchronized List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
      List<String> keys = facts.stream().map(WaitingFact::kind).toList();
      if (keys.contains(failing)) {
        throw new IllegalStateException("told to fail");
      }
      applied.addAll(keys);
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
    public Verdict verify(byte[] body, InboundHeaders headers, List<Secret> secrets, Instant now) {
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
