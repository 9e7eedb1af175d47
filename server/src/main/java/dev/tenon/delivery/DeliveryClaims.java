package dev.tenon.delivery;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Takes deliveries that are due, from endpoint to endpoint in turn, each as many as it has room
/// for: places on this node, and what its rate and its breaker leave over all nodes. Used by one
/// thread.
final class DeliveryClaims {
  private static final UUID BEFORE_ALL = new UUID(0, 0);
  private static final int HOPS = 64;
  private static final int SWEEP_MAX = 1000;
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(2);

  private final Database database;
  private final QueueStore store = new QueueStore();
  private final InFlight inFlight;
  private final InstantSource clock;
  private final Duration lease;
  private final int batchMax;
  private UUID afterTenant = BEFORE_ALL;
  private UUID afterEndpoint = BEFORE_ALL;

  /// Whether this round over the endpoints has moved anything yet.
  private boolean progressed;

  DeliveryClaims(
      Database database, InFlight inFlight, InstantSource clock, Duration lease, int batchMax) {
    this.database = database;
    this.inFlight = inFlight;
    this.clock = clock;
    this.lease = lease;
    this.batchMax = batchMax;
  }

  /// What a claim took.
  ///
  /// @param again whether there may be more to take at once
  /// @param pause how long it is worth waiting, at most, before the next claim
  record Taken(List<Claimed> deliveries, boolean again, Duration pause) {}

  /// Takes what it can from the next endpoints. It is not worth taking again at once when a round
  /// over all of them has moved nothing.
  Taken take(Duration idle) {
    Instant now = clock.instant();
    return database.asEngine(
        tx -> {
          List<Turn> turns = store.turns(tx, afterTenant, afterEndpoint, HOPS);
          boolean end = turns.size() < HOPS;
          afterTenant = end ? BEFORE_ALL : turns.getLast().tenant().uuid();
          afterEndpoint = end ? BEFORE_ALL : turns.getLast().endpoint();
          boolean swept = sweep(tx, turns, now);
          List<Turn> open =
              turns.stream().filter(turn -> turn.state() == Turn.State.ENABLED).toList();
          Instant until = now.plus(lease);
          Map<UUID, Pace> paces = paces(tx, open);
          List<QueueStore.Room> rooms = rooms(open, paces, now);
          List<Claimed> claimed = rooms.isEmpty() ? List.of() : store.claim(tx, rooms, until);
          store.savePaces(tx, open, used(paces, claimed, now, until));
          progressed |= !claimed.isEmpty() || swept;
          boolean again = !end || progressed;
          progressed &= !end;
          return new Taken(claimed, again, pause(idle, paces, now));
        });
  }

  /// What is ready for an endpoint that is disabled is set aside, for one that is gone it ends.
  private boolean sweep(EngineTx tx, List<Turn> turns, Instant now) {
    int moved = 0;
    for (Turn turn : turns) {
      moved +=
          switch (turn.state()) {
            case ENABLED -> 0;
            case DISABLED -> store.hold(tx, turn.tenant(), turn.endpoint(), SWEEP_MAX);
            case GONE -> store.cancel(tx, turn.tenant(), turn.endpoint(), SWEEP_MAX, now);
          };
    }
    return moved > 0;
  }

  private Map<UUID, Pace> paces(EngineTx tx, List<Turn> open) {
    List<Turn> shared = open.stream().filter(Turn::shared).toList();
    return shared.isEmpty() ? Map.of() : store.lockPaces(tx, shared);
  }

  private List<QueueStore.Room> rooms(List<Turn> open, Map<UUID, Pace> paces, Instant now) {
    List<QueueStore.Room> rooms = new ArrayList<>();
    for (Turn turn : open) {
      int places = inFlight.room(turn.endpoint());
      if (turn.shared()) {
        Pace pace = paces.get(turn.endpoint());
        places = pace == null ? 0 : pace.allows(places, now);
      }
      if (places > 0) {
        rooms.add(new QueueStore.Room(turn, places));
      }
    }
    int each = rooms.isEmpty() ? batchMax : Math.max(1, batchMax / rooms.size());
    return rooms.stream()
        .map(room -> new QueueStore.Room(room.turn(), Math.min(each, room.places())))
        .toList();
  }

  private static Map<UUID, Pace> used(
      Map<UUID, Pace> paces, List<Claimed> claimed, Instant now, Instant until) {
    Map<UUID, Integer> calls = new HashMap<>();
    claimed.forEach(one -> calls.merge(one.endpoint(), 1, Integer::sum));
    Map<UUID, Pace> used = new HashMap<>();
    calls.forEach(
        (endpoint, count) -> {
          Pace pace = paces.get(endpoint);
          if (pace != null) {
            used.put(endpoint, pace.after(count, now, until));
          }
        });
    return used;
  }

  /// A rate below the idle rhythm is met by looking again in time.
  private Duration pause(Duration idle, Map<UUID, Pace> paces, Instant now) {
    Duration pause = idle;
    for (Map.Entry<UUID, Pace> pace : paces.entrySet()) {
      if (inFlight.room(pace.getKey()) > 0) {
        Duration own = Duration.between(now, pace.getValue().againAt(now));
        pause = own.compareTo(pause) < 0 ? own : pause;
      }
    }
    return pause.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : pause;
  }

  /// Makes ready what is due: retries, ends of leases, and what was set aside for an endpoint that
  /// is enabled again. Answers whether there was anything.
  boolean wake() {
    return database.asEngine(
        tx -> store.wake(tx, clock.instant(), SWEEP_MAX) + store.release(tx, SWEEP_MAX) > 0);
  }
}
