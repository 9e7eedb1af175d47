package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.log.LogField;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import dev.tenon.work.WorkLoop;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The threads that claim lanes and have their facts applied, and the one that wakes sleeping
/// facts.
///
/// A worker that dies or hangs loses its lanes when their lease ends; another then applies the same
/// facts, and what the first one left half-done was never committed. Several nodes work on one
/// database without knowing of each other.
public final class LaneWorkers implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LaneWorkers.class);

  /// So that something is applied however long a storm takes.
  private static final Duration REST_MAX = Duration.ofSeconds(2);

  private static final Duration REST = Duration.ofMillis(10);

  private static final Duration WAKE_EVERY = Duration.ofSeconds(1);

  private final LaneClaimer claimer;
  private final LaneRun run;
  private final Signal work;
  private final Limits limits;
  private final BooleanSupplier intakeBusy;
  private final ReentrantLock claiming = new ReentrantLock();
  private final List<WorkLoop> loops = new CopyOnWriteArrayList<>();

  /// Raised when closing, so that a pause ends at once.
  private final Signal closed = new Signal();

  private volatile boolean closing;

  /// The bounds of the workers.
  ///
  /// @param workers how many transactions apply facts at once on this node
  /// @param lanes lanes in one claim at most
  /// @param tenants tenants in one claim at most
  /// @param facts facts in one transaction at most
  /// @param lease how long a claim is good for. It is not renewed: whoever is applying a lane has
  ///   its row, and nobody takes it away under him
  /// @param idle how long to wait before looking again when nothing said that there is work
  public record Limits(
      int workers, int lanes, int tenants, int facts, Duration lease, Duration idle) {
    public static final Limits DEFAULT =
        new Limits(3, 128, 16, 128, Duration.ofSeconds(60), Duration.ofMillis(250));
  }

  /// @param intakeBusy whether deliveries are queueing up to be stored on this node
  public LaneWorkers(
      Database database,
      LaneRun run,
      Signal work,
      BooleanSupplier intakeBusy,
      InstantSource clock,
      Limits limits) {
    this.claimer = new LaneClaimer(database, clock, limits);
    this.run = run;
    this.work = work;
    this.intakeBusy = intakeBusy;
    this.limits = limits;
  }

  public void start() {
    for (int i = 1; i <= limits.workers(); i++) {
      loops.add(new WorkLoop("lane-worker-" + i, this::work));
    }
    loops.add(new WorkLoop("lane-waker", this::wake));
    loops.forEach(WorkLoop::start);
  }

  /// Whether all its threads live.
  public boolean isAlive() {
    return !loops.isEmpty() && loops.stream().allMatch(WorkLoop::isAlive);
  }

  private void work() throws InterruptedException {
    List<LaneStore.Claim> claims = awaitClaims();
    long began = System.nanoTime();
    run(claims);
    // Whoever waits for claims looks again: more facts of these lanes may be ready now.
    work.raise();
    if (intakeBusy.getAsBoolean()) {
      giveWay(Duration.ofNanos(System.nanoTime() - began));
    }
  }

  /// Claims, and waits while there is nothing to claim. One worker of a node does that at a time:
  /// several would wake together and find each other's lanes.
  private List<LaneStore.Claim> awaitClaims() throws InterruptedException {
    claiming.lockInterruptibly();
    try {
      while (!closing) {
        long seen = work.seen();
        List<LaneStore.Claim> claims = claimer.claim();
        if (!claims.isEmpty()) {
          return claims;
        }
        work.await(seen, limits.idle());
      }
      return List.of();
    } finally {
      claiming.unlock();
    }
  }

  /// Rests in proportion to what was just worked, so that all workers together take an eighth of
  /// one processor while deliveries queue up: a provider waits for its answer, and what is stored
  /// can be applied when the storm is over, which ends the rest.
  private void giveWay(Duration worked) throws InterruptedException {
    Duration rest = worked.multipliedBy(8L * limits.workers() - 1);
    long end = System.nanoTime() + (rest.compareTo(REST_MAX) < 0 ? rest : REST_MAX).toNanos();
    while (!closing && intakeBusy.getAsBoolean() && System.nanoTime() < end) {
      closed.await(0, REST);
    }
  }

  private void wake() throws InterruptedException {
    if (claimer.wake()) {
      work.raise();
    }
    closed.await(0, WAKE_EVERY);
  }

  /// Claims once and applies what was claimed; answers how many lanes that were. Tests and the
  /// replay command drive the engine with it.
  public int claimAndRun() {
    List<LaneStore.Claim> claims = claimer.claim();
    run(claims);
    return claims.size();
  }

  private void run(List<LaneStore.Claim> claims) {
    Map<TenantId, List<LaneStore.Claim>> byTenant = new LinkedHashMap<>();
    for (LaneStore.Claim claim : claims) {
      byTenant.computeIfAbsent(claim.tenant(), _ -> new ArrayList<>()).add(claim);
    }
    List<LaneStore.Claim> left = new ArrayList<>(claims);
    try {
      byTenant.forEach(
          (tenant, own) -> {
            if (!closing) {
              LogField.TENANT.during(
                  tenant.toString(),
                  () -> {
                    List<LaneStore.Claim> notDone = run.run(tenant, own, () -> closing);
                    left.removeAll(own);
                    left.addAll(notDone);
                  });
            }
          });
    } finally {
      claimer.giveBack(left);
    }
  }

  /// As [#close(Duration)], for ten minutes.
  @Override
  public void close() {
    close(Duration.ofMinutes(10));
  }

  /// Stops claiming, gives back what was not begun, and waits for the transactions under way, for
  /// `limit` at most. What is cut off then is rolled back, and free when its lease ends.
  public void close(Duration limit) {
    closing = true;
    closed.wakeHere();
    work.wakeHere();
    loops.forEach(WorkLoop::stop);
    long end = System.nanoTime() + limit.toNanos();
    try {
      for (WorkLoop loop : loops) {
        if (!loop.await(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
          LOG.warn("stopped while facts were being applied, after {} s", limit.toSeconds());
          loops.forEach(WorkLoop::interrupt);
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
