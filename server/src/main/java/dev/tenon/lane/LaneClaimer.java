package dev.tenon.lane;

import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Claims lanes for this node, tenant by tenant round and round, and gives back what it could not
/// bring on. One thread claims at a time.
final class LaneClaimer {
  private static final Logger LOG = LoggerFactory.getLogger(LaneClaimer.class);

  /// How many statements one look may take until something is found. What is beyond is looked at
  /// the next time, since the round goes on where it stopped.
  private static final int LOOKS_MAX = 64;

  private static final int LOOK_BY_NAME = 512;
  private static final int LANES_BY_NAME = 16;
  private static final int GIVEN_BACK_LATER_MAX = 10_000;

  private final Database database;
  private final LaneStore store = new LaneStore();
  private final ClaimStore claimStore = new ClaimStore();
  private final InstantSource clock;
  private final LaneWorkers.Limits limits;
  private final UUID node = UUID.randomUUID();
  private final LinkedBlockingQueue<LaneStore.Claim> toGiveBack =
      new LinkedBlockingQueue<>(GIVEN_BACK_LATER_MAX);
  private volatile UUID after = ClaimStore.beforeAll();

  LaneClaimer(Database database, InstantSource clock, LaneWorkers.Limits limits) {
    this.database = database;
    this.clock = clock;
    this.limits = limits;
  }

  /// Claims once. Empty when a whole round found nothing that is ready and free.
  List<LaneStore.Claim> claim() {
    giveBackWhatIsLeft();
    boolean wrapped = after.equals(ClaimStore.beforeAll());
    for (int i = 0; i < LOOKS_MAX; i++) {
      ClaimStore.Claimed claimed = claimFrom(after);
      List<LaneStore.Claim> claims = new ArrayList<>(claimed.claims());
      for (TenantId tenant : claimed.narrow()) {
        claims.addAll(claimByName(tenant));
      }
      after = claimed.last().orElse(ClaimStore.beforeAll());
      if (!claims.isEmpty()) {
        return claims;
      }
      if (claimed.last().isEmpty()) {
        if (wrapped) {
          return List.of();
        }
        wrapped = true;
      }
    }
    return List.of();
  }

  private ClaimStore.Claimed claimFrom(UUID from) {
    Instant now = clock.instant();
    var size = new ClaimStore.ClaimSize(limits.tenants(), limits.facts(), limits.lanes());
    return database.atOnce(
        tx -> claimStore.claim(tx, node, size, from, now, now.plus(limits.lease())));
  }

  /// Lanes of a tenant that few others with many facts hide, from a random one on, and from the
  /// first one on when that was near the end.
  private List<LaneStore.Claim> claimByName(TenantId tenant) {
    List<LaneStore.Claim> claims = claimByName(tenant, UUID.randomUUID());
    return claims.isEmpty() ? claimByName(tenant, ClaimStore.beforeAll()) : claims;
  }

  private List<LaneStore.Claim> claimByName(TenantId tenant, UUID from) {
    Instant now = clock.instant();
    return database.atOnce(
        tx ->
            claimStore.claimByName(
                tx,
                tenant,
                node,
                from,
                LOOK_BY_NAME,
                Math.min(LANES_BY_NAME, limits.lanes()),
                now,
                now.plus(limits.lease())));
  }

  /// Gives lanes back, so that nobody has to wait for the end of their leases. What the database
  /// doesn't take now it is told before the next claim.
  void giveBack(List<LaneStore.Claim> claims) {
    Map<TenantId, List<LaneStore.Claim>> byTenant = new LinkedHashMap<>();
    claims.forEach(
        claim -> byTenant.computeIfAbsent(claim.tenant(), _ -> new ArrayList<>()).add(claim));
    byTenant.forEach(
        (tenant, own) -> {
          try {
            database.useEngine(tx -> store.release(tx, tenant, own));
          } catch (RuntimeException e) {
            LOG.warn("{} lanes are given back later: {}", own.size(), e.toString());
            own.forEach(claim -> later(claim));
          }
        });
  }

  /// One that finds no room is free when its lease ends.
  private void later(LaneStore.Claim claim) {
    boolean _ = toGiveBack.offer(claim);
  }

  private void giveBackWhatIsLeft() {
    if (!toGiveBack.isEmpty()) {
      List<LaneStore.Claim> claims = new ArrayList<>();
      int _ = toGiveBack.drainTo(claims);
      giveBack(claims);
    }
  }

  private static final int WAKE_MAX = 1_000;
  private static final int WAKES_MAX = 100;
  private volatile Optional<UUID> hushed = Optional.empty();

  /// Wakes the facts whose time has come and puts those to sleep that arrived in lanes held back.
  /// Answers whether any woke.
  boolean wake() {
    boolean any = false;
    for (int i = 0; i < WAKES_MAX; i++) {
      int woken = database.asEngine(tx -> store.wake(tx, clock.instant(), WAKE_MAX));
      any |= woken > 0;
      if (woken < WAKE_MAX) {
        break;
      }
    }
    UUID from = hushed.orElse(ClaimStore.beforeAll());
    hushed = database.asEngine(tx -> store.hush(tx, from, clock.instant()));
    return any;
  }
}
