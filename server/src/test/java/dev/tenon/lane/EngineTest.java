package dev.tenon.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.EngineTx;
import dev.tenon.inbox.Received;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The engine on a real database with a provider whose bodies are lines of `key lane`: what is
/// taken in is stored once, applied once and in the order of its lane, and a failure stops its own
/// lane.
class EngineTest {
  private static final List<Duration> WAITS =
      List.of(Duration.ofMinutes(1), Duration.ofMinutes(10));

  private final LinesBed bed = new LinesBed();
  private final Recorder recorder = new Recorder();
  private final LaneWorkers workers = node(recorder);
  private final LaneStore lanes = new LaneStore();

  private LaneWorkers node(FactApplier applier) {
    return bed.node(applier, WAITS, new Signal(), LaneWorkers.Limits.DEFAULT);
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  @Test
  void appliesWhatCameInOnceAndInTheOrderOfItsLane() {
    bed.receive("a1 A\nb1 B\na2 A");
    bed.receive("a3 A");

    runAll();

    assertThat(recorder.applied).containsSubsequence("a1", "a2", "a3").contains("b1").hasSize(4);
    assertThat(count("waiting_fact")).isZero();
    assertThat(count("lane")).isZero();
    assertThat(states()).containsOnly("applied");
  }

  @Test
  void storesARepeatedFactOnceAndSaysThatItCameAgain() {
    assertThat(bed.receive("a1 A")).isEqualTo(new Received.Accepted(true));
    assertThat(bed.receive("a1 A")).isEqualTo(new Received.Accepted(false));
    runAll();
    assertThat(bed.receive("a1 A")).isEqualTo(new Received.Accepted(false));

    runAll();

    assertThat(recorder.applied).containsExactly("a1");
    assertThat(count("received_event")).isEqualTo(1);
    assertThat(bed.number("select seen from fact_key")).isEqualTo(3);
  }

  @Test
  void takesInTheNewFactsOfADeliveryThatAlsoRepeatsOldOnes() {
    bed.receive("a1 A");
    assertThat(bed.receive("a1 A\na2 A")).isEqualTo(new Received.Accepted(true));

    runAll();

    assertThat(recorder.applied).containsExactly("a1", "a2");
  }

  @Test
  void countsAFactThatStandsTwiceInOneDeliveryOnce() {
    bed.receive("a1 A\na1 A");
    runAll();
    assertThat(recorder.applied).containsExactly("a1");
  }

  @Test
  void aFailureHoldsItsLaneAndNoOther() {
    recorder.failing = "a2";
    bed.receive("a1 A\na2 A\na3 A\nb1 B");

    runAll();
    assertThat(recorder.applied).containsExactlyInAnyOrder("a1", "b1");

    bed.receive("a4 A");
    runAll();
    assertThat(recorder.applied).doesNotContain("a3", "a4");

    recorder.failing = "";
    later(Duration.ofMinutes(2));
    runAll();
    assertThat(recorder.applied).containsSubsequence("a1", "a2", "a3", "a4").hasSize(5);
  }

  /// Its size times the number of its facts would be the cost otherwise.
  @Test
  void aBodyWithManyFactsIsOpenedOnceForAllOfThem() {
    bed.receive(manyLanes(100));
    runAll();
    assertThat(recorder.applied).hasSize(100);
    assertThat(bed.opened.get()).isBetween(1, 4);
  }

  @Test
  void aBodyWithManyFactsIsOpenedOnceWhenEachIsAppliedByItself() {
    recorder.failing = "many50";
    bed.receive(manyLanes(100));
    runAll();
    assertThat(recorder.applied).hasSize(99);
    assertThat(bed.opened.get()).isBetween(1, 4);
  }

  /// The others of its batch are committed, and nothing counts as a failure.
  @Test
  void aFactThatCannotBeAppliedNowStaysAndComesAMomentLater() {
    recorder.busy = "a1";
    bed.receive("a1 A\nb1 B\nc1 C");
    runAll();
    assertThat(recorder.applied).containsExactlyInAnyOrder("b1", "c1");
    assertThat(recorder.calls).isEqualTo(1);
    assertThat(bed.number("select failures from waiting_fact")).isZero();

    recorder.busy = "";
    later(Duration.ofMillis(100));
    runAll();
    assertThat(recorder.applied).endsWith("a1").hasSize(3);
    assertThat(states()).containsOnly("applied");
  }

  @Test
  void aDeadFactLetsTheOthersPassAndCanBeReplayed() {
    recorder.failing = "a1";
    bed.receive("a1 A\na2 A");
    for (int i = 0; i < 3; i++) {
      runAll();
      later(Duration.ofMinutes(11));
    }
    runAll();
    assertThat(recorder.applied).containsExactly("a2");
    assertThat(states()).containsExactlyInAnyOrder("dead", "applied");

    recorder.failing = "";
    UUID dead = UUID.fromString(bed.texts("select id from fact where state = 'dead'").getFirst());
    boolean replayed = bed.db.asEngine(tx -> new FactStore().replay(tx, bed.tenant, dead));
    assertThat(replayed).isTrue();
    runAll();
    assertThat(recorder.applied).containsExactly("a2", "a1");
    assertThat(states()).containsOnly("applied");
  }

  @Test
  void aWorkerThatLostItsLeaseAppliesNothing() {
    bed.receive("a1 A");
    List<LaneStore.Claim> stale = claim();
    later(Duration.ofMinutes(5));
    List<LaneStore.Claim> taken = claim();
    assertThat(taken).hasSize(1);

    assertThat(held(stale)).isEmpty();
    assertThat(held(taken)).hasSize(1);
  }

  @Test
  void aTenantWithManyFactsDoesNotDelayAnother() {
    bed.receive(manyLanes(400));
    var other = new TenantId(UUID.randomUUID());
    bed.receive(other, "z1 Z");

    workers.claimAndRun();
    workers.claimAndRun();

    assertThat(recorder.applied).contains("z1").hasSizeLessThan(300);
  }

  @Test
  void twoNodesApplyEachFactOnce() throws Exception {
    var other = node(recorder);
    for (int i = 0; i < 40; i++) {
      bed.receive("k%d L%d\nm%d L%d".formatted(i, i % 7, i, i % 5));
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
        threads.execute(() -> assertThat(bed.receive(body)).isInstanceOf(Received.Accepted.class));
      }
    }
    assertThat(count("waiting_fact")).isEqualTo(400);
    assertThat(count("received_event")).isEqualTo(400);
    assertThat(bed.number("select sum(seen) from fact_key")).isEqualTo(500);
  }

  private static String manyLanes(int count) {
    var body = new StringBuilder();
    for (int i = 0; i < count; i++) {
      body.append("many%d lane%d\n".formatted(i, i));
    }
    return body.toString();
  }

  private void runAll() {
    int claimed;
    do {
      claimed = workers.claimAndRun();
    } while (claimed > 0);
  }

  private List<LaneStore.Claim> claim() {
    return bed.claim(UUID.randomUUID()).claims();
  }

  private List<UUID> held(List<LaneStore.Claim> claims) {
    return bed.db.asEngine(tx -> lanes.lockHeld(tx, bed.tenant, claims));
  }

  private void later(Duration time) {
    bed.now.set(bed.now.get().plus(time));
    int _ = bed.db.asEngine(tx -> lanes.wake(tx, bed.now.get(), 1000));
  }

  private long count(String table) {
    return bed.number("select count(*) from " + table);
  }

  private List<String> states() {
    return bed.texts("select state from fact");
  }

  /// Remembers what was applied; what it is told to fail fails. Its memory is only written after
  /// the statements of the call went through, and the calls of a lane never overlap.
  private static final class Recorder implements FactApplier {
    final List<String> applied = new ArrayList<>();
    String failing = "";
    String busy = "";
    int calls;

    @Override
    public String provider() {
      return "lines";
    }

    @Override
    public synchronized List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
      List<String> keys = LinesBed.names(facts);
      if (keys.contains(failing)) {
        throw new IllegalStateException("told to fail");
      }
      calls++;
      keys.stream().filter(key -> !key.equals(busy)).forEach(applied::add);
      return LinesBed.changed(owner, facts).stream()
          .map(
              result ->
                  result.result().endsWith(" " + busy) && !busy.isEmpty()
                      ? new Applied.NotNow("somebody has it")
                      : result)
          .toList();
    }
  }
}
