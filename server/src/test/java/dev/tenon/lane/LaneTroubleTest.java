package dev.tenon.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Facts that break what applies them, and workers that are stopped in the middle. Bodies are lines
/// of `name lane`.
class LaneTroubleTest {
  private final LinesBed bed = new LinesBed();
  private final List<String> applied = new CopyOnWriteArrayList<>();
  private final List<Integer> sizes = new CopyOnWriteArrayList<>();

  private interface Doing {
    void apply(String kind);
  }

  @AfterEach
  void stop() {
    bed.close();
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
    bed.receive("a A\ndeep B\nb B");
    workers.start();
    try {
      work.raise();
      awaitRows("select last_error from waiting_fact where failures = 1", 1);
      bed.receive("after C");
      work.raise();
      assertThat(after.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
      assertThat(workers.isAlive()).isTrue();
    } finally {
      workers.close();
    }
    assertThat(applied).contains("a", "after").doesNotContain("b");
    assertThat(bed.texts("select last_error from waiting_fact where failures = 1"))
        .containsExactly("StackOverflowError: too ? deep");
    assertThat(workers.isAlive()).as("after the stop").isFalse();
  }

  @Test
  void aLaneWhoseNodeDiedGoesFactByFactAndApartFromOthers() {
    bed.receive("a A\nb A");
    die();
    bed.receive("c C\nd D");

    int _ = workers(new Signal(), _ -> {}).claimAndRun();

    assertThat(sizes).containsExactly(2, 1, 1);
    assertThat(applied).containsSubsequence("a", "b");
    assertThat(bed.texts("select id::text from lane")).isEmpty();
  }

  @Test
  void aFactAtWhichNodesDieAgainAndAgainIsSetAside() {
    bed.receive("killer A\nb A");
    // Once in a batch, where anything may have been the cause, then three times by itself.
    die();
    for (int i = 0; i < 3; i++) {
      dieAtTheFirst();
    }

    int _ = workers(new Signal(), _ -> {}).claimAndRun();

    assertThat(bed.texts("select kind || ' ' || state || ' ' || result from fact order by id"))
        .containsExactly("killer dead the server stopped 3 times while at it", "b applied did b");
    assertThat(applied).containsExactly("b");
  }

  @Test
  void whatWasAppliedByItselfIsNoLongerSuspected() {
    bed.receive("a A\nb A");
    die();
    dieAtTheFirst();
    dieAtTheFirst();
    List<String> deaths = new ArrayList<>();

    int _ =
        workers(new Signal(), kind -> deaths.addAll(bed.texts("select deaths::text from lane")))
            .claimAndRun();

    // As many as before while at the first; then only that it goes alone.
    assertThat(deaths).containsExactly("3", "1");
    assertThat(bed.texts("select state from fact")).containsOnly("applied").hasSize(2);
  }

  /// A node that dies takes much with it that it had only claimed.
  @Test
  void aLaneThatWasOnlyClaimedByNodesThatDiedIsNotSuspected() {
    bed.receive("a A");
    for (int i = 0; i < 10; i++) {
      die();
    }
    int _ = workers(new Signal(), _ -> {}).claimAndRun();
    assertThat(applied).containsExactly("a");
  }

  /// A node that is slow but lives takes its own lanes again: that is no death.
  @Test
  void takingAnOwnLeaseAgainIsNoDeath() {
    bed.receive("a A");
    UUID node = UUID.randomUUID();
    for (int i = 0; i < 5; i++) {
      assertThat(bed.claim(node).claims()).hasSize(1).allMatch(claim -> claim.deaths() == 0);
      bed.now.set(bed.now.get().plusSeconds(61));
    }
  }

  @Test
  void aStopIsBoundedAndGivesBackWhatWasNotBegun() throws Exception {
    var begun = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    for (int i = 0; i < 10; i++) {
      bed.receive(new TenantId(new UUID(1, i)), "x" + i + " L");
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
    assertThat(bed.claim(UUID.randomUUID()).claims()).isNotEmpty();
    bed.now.set(bed.now.get().plusSeconds(61));
  }

  /// A node begins to apply the claimed lane by itself, and is never heard of again.
  private void dieAtTheFirst() {
    LaneStore.Claim claim = bed.claim(UUID.randomUUID()).claims().getFirst();
    assertThat(bed.db.<Boolean>asEngine(tx -> new LaneStore().begin(tx, claim))).isTrue();
    bed.now.set(bed.now.get().plusSeconds(61));
  }

  private void awaitRows(String sql, int count) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (bed.texts(sql).size() != count) {
      assertThat(System.nanoTime()).as(sql).isLessThan(end);
      Thread.onSpinWait();
    }
  }

  private LaneWorkers workers(Signal work, Doing doing) {
    return bed.node(
        new Applier(doing),
        List.of(Duration.ofHours(1)),
        work,
        new LaneWorkers.Limits(1, 128, 16, 128, Duration.ofSeconds(60), Duration.ofMillis(50)));
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
      applied.addAll(LinesBed.names(facts));
      return LinesBed.changed(owner, facts);
    }
  }
}
