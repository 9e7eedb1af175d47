package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.log.LogField;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
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
  private static final Duration REST_MAX = Duration.ofMillis(500);

  private final Database database;
  private final LaneStore lanes = new LaneStore();
  private final LaneRun run;
  private final Signal work;
  private final InstantSource clock;
  private final Limits limits;
  private final BooleanSupplier intakeBusy;
  private final UUID node = UUID.randomUUID();
  private final ReentrantLock claiming = new ReentrantLock();
  private final List<Thread> threads = new ArrayList<>();
  private volatile UUID after = LaneStore.beforeAll();
  private volatile boolean closing;

  /// The bounds of the workers.
  ///
  /// @param workers how many transactions apply facts at once on this node
  /// @param lanes lanes in one claim at most
  /// @param tenants tenants in one claim at most
  /// @param facts facts in one transaction at most
  /// @param lease how long a claim is good for; far longer than any transaction may take
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
    this.database = database;
    this.run = run;
    this.work = work;
    this.intakeBusy = intakeBusy;
    this.clock = clock;
    this.limits = limits;
  }

  public void start() {
    for (int i = 1; i <= limits.workers(); i++) {
      threads.add(Thread.ofPlatform().name("lane-worker-" + i).start(this::workUntilClosed));
    }
    threads.add(Thread.ofPlatform().name("lane-waker").start(this::wakeUntilClosed));
  }

  private void workUntilClosed() {
    while (!closing) {
      try {
        List<LaneStore.Claim> claims = awaitClaims();
        long began = System.nanoTime();
        run(claims);
        // Whoever waits for claims looks again: more facts of these lanes may be ready now.
        work.raise();
        if (intakeBusy.getAsBoolean()) {
          giveWay(Duration.ofNanos(System.nanoTime() - began));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (RuntimeException e) {
        LOG.error("applying facts failed, next try in a second: {}", e.toString());
        pause();
      }
    }
  }

  /// Claims, and waits while there is nothing to claim. One worker of a node does that at a time:
  /// several would wake together and find each other's lanes.
  private List<LaneStore.Claim> awaitClaims() throws InterruptedException {
    claiming.lockInterruptibly();
    try {
      while (!closing) {
        long seen = work.seen();
        List<LaneStore.Claim> claims = claim();
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

  /// Rests in proportion to what was just worked, so that all workers together take a quarter of
  /// one processor while deliveries queue up: a provider waits for its answer, and what is stored
  /// can be applied when the storm is over.
  private void giveWay(Duration worked) throws InterruptedException {
    Duration rest = worked.multipliedBy(4L * limits.workers() - 1);
    Duration most = rest.compareTo(REST_MAX) < 0 ? rest : REST_MAX;
    closed.await(0, most);
  }

  private void wakeUntilClosed() {
    while (!closing) {
      try {
        int woken = database.asEngine(tx -> lanes.wake(tx, clock.instant(), 1000));
        if (woken > 0) {
          work.raise();
        }
      } catch (RuntimeException e) {
        LOG.error("waking facts failed, next try in a second: {}", e.toString());
      }
      pause();
    }
  }

  private void pause() {
    try {
      closed.await(0, Duration.ofSeconds(1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Raised when closing, so that a pause ends at once.
  private final Signal closed = new Signal();

  /// Claims once and applies what was claimed; answers how many lanes that were. Tests and the
  /// replay command drive the engine with it.
  public int claimAndRun() {
    List<LaneStore.Claim> claims = claim();
    run(claims);
    return claims.size();
  }

  private void run(List<LaneStore.Claim> claims) {
    Map<TenantId, List<LaneStore.Claim>> byTenant = new LinkedHashMap<>();
    for (LaneStore.Claim claim : claims) {
      byTenant.computeIfAbsent(claim.tenant(), _ -> new ArrayList<>()).add(claim);
    }
    byTenant.forEach(
        (tenant, own) -> LogField.TENANT.during(tenant.toString(), () -> run.run(tenant, own)));
  }

  private List<LaneStore.Claim> claim() {
    Instant now = clock.instant();
    var size = new LaneStore.ClaimSize(limits.tenants(), limits.facts(), limits.lanes());
    UUID from = after;
    List<LaneStore.Claim> claims = claimFrom(from, size, now);
    if (claims.isEmpty() && !from.equals(LaneStore.beforeAll())) {
      claims = claimFrom(LaneStore.beforeAll(), size, now);
    }
    after = claims.isEmpty() ? LaneStore.beforeAll() : claims.getLast().tenant().uuid();
    return claims;
  }

  private List<LaneStore.Claim> claimFrom(UUID from, LaneStore.ClaimSize size, Instant now) {
    return database.asEngine(
        tx -> lanes.claim(tx, node, size, from, now, now.plus(limits.lease())));
  }

  /// Stops claiming and waits for what is being applied.
  @Override
  public void close() {
    closing = true;
    closed.wakeHere();
    work.wakeHere();
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
