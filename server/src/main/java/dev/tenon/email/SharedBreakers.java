package dev.tenon.email;

import dev.tenon.connection.Connections;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.BreakerState;
import dev.tenon.connector.email.Candidate;
import dev.tenon.connector.email.Sent;
import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which email connections are worth trying, as all nodes know it: one row of `email_breaker` for
/// each that is not well, by the rules of [BreakerState].
///
/// Each node reads the table every two seconds while it sends, and counts failures by itself until
/// a connection trips. It writes when a connection trips, rests again or is well again, at most
/// once a second for each; what came in between is written with the next look. A mail costs no
/// statement. After a rest the one try that is allowed is one over all nodes: it is taken by an
/// update of the row. Without a database nothing is lost but the sharing.
///
/// [BreakerMarks] shows people what becomes of a connection.
public final class SharedBreakers {
  private static final Logger LOG = LoggerFactory.getLogger(SharedBreakers.class);
  private static final Duration READ_EVERY = Duration.ofSeconds(2);
  private static final Duration WRITE_EVERY = Duration.ofSeconds(1);

  /// Longer than any call: a try that never came back stands in nobody's way for ever.
  private static final Duration TRY_MAX = Duration.ofMinutes(2);

  /// How soon the others look again while one try is under way.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  private final Database database;
  private final BreakerMarks marks;
  private final InstantSource clock;
  private final Map<UUID, Held> states = new ConcurrentHashMap<>();
  private final ReentrantLock reading = new ReentrantLock();
  private volatile Instant readAt = Instant.MIN;

  public SharedBreakers(Database database, Connections connections, InstantSource clock) {
    this.database = database;
    this.marks = new BreakerMarks(database, connections);
    this.clock = clock;
  }

  /// What this node knows of a connection.
  ///
  /// @param unwritten whether the table does not show it yet
  private record Held(
      TenantId owner,
      String provider,
      BreakerState state,
      Instant tryUntil,
      Instant writtenAt,
      boolean unwritten) {

    Held written(Instant now) {
      return new Held(owner, provider, state, tryUntil, now, false);
    }

    Held tried(Instant until) {
      return new Held(owner, provider, state, until, writtenAt, unwritten);
    }
  }

  /// Whether the connection is worth trying now.
  Candidate.Breaker state(EmailConnections.Ready one) {
    refresh();
    Held held = states.get(one.connection());
    if (held == null) {
      return new Candidate.Breaker.Closed();
    }
    BreakerState state = held.state().knowing(one.changedAt());
    Instant now = clock.instant();
    if (state.isResting(now)) {
      return new Candidate.Breaker.Open(state.restUntil(), state.isBroken(), state.words());
    }
    return state.isTripped() && held.tryUntil().isAfter(now)
        ? new Candidate.Breaker.Open(now.plus(LOOK_AGAIN), state.isBroken(), state.words())
        : new Candidate.Breaker.Closed();
  }

  /// Asks to make a call now. After a rest only one at a time may, over all nodes: false for the
  /// others, which then decide anew.
  boolean enter(EmailConnections.Ready one) {
    Held held = states.get(one.connection());
    if (held == null) {
      return true;
    }
    BreakerState state = held.state().knowing(one.changedAt());
    Instant now = clock.instant();
    if (!state.isTripped()) {
      return true;
    }
    if (state.isResting(now) || held.tryUntil().isAfter(now)) {
      return false;
    }
    Instant until = now.plus(TRY_MAX);
    // Taken here first, so that the threads of this node don't queue up at the database.
    if (!states.replace(one.connection(), held, held.tried(until))) {
      return false;
    }
    return held.unwritten() || tryNow(one, now, until);
  }

  private boolean tryNow(EmailConnections.Ready one, Instant now, Instant until) {
    try {
      return database.asEngine(
          tx -> {
            if (BreakerStore.tryNow(
                tx, one.owner(), one.connection(), one.changedAt(), now, until)) {
              return true;
            }
            // Another node has the try, has sent it to rest again, or found it well.
            Optional<BreakerStore.Row> row = BreakerStore.find(tx, one.owner(), one.connection());
            row.ifPresentOrElse(
                found -> states.put(found.connection(), held(found)),
                () -> states.remove(one.connection()));
            return row.isEmpty();
          });
    } catch (RuntimeException e) {
      LOG.warn("the try of a rested connection is not shared with other nodes: {}", e.toString());
      return true;
    }
  }

  private static Held held(BreakerStore.Row row) {
    return new Held(row.owner(), row.provider(), row.state(), row.tryUntil(), Instant.EPOCH, false);
  }

  /// Learns from how a call ended.
  void record(EmailConnections.Ready one, Outcome<Sent> outcome) {
    Instant now = clock.instant();
    UUID id = one.connection();
    var change = new Change();
    states.compute(
        id,
        (_, known) -> {
          BreakerState before = known == null ? BreakerState.WELL : known.state();
          BreakerState after = before.after(outcome, now);
          change.before = before;
          change.after = after;
          boolean told = known == null || !known.unwritten();
          if (after.equals(BreakerState.WELL) && !before.isTripped() && told) {
            return null;
          }
          boolean tells =
              (before.isTripped() || after.isTripped())
                  && (!before.equals(after)
                      || (known != null && known.tryUntil().isAfter(Instant.EPOCH)));
          return new Held(
              one.owner(),
              one.provider().name(),
              after,
              Instant.EPOCH,
              known == null ? Instant.EPOCH : known.writtenAt(),
              tells || !told);
        });
    Held held = states.get(id);
    if (held != null && held.unwritten() && !held.writtenAt().plus(WRITE_EVERY).isAfter(now)) {
      write(id, held, now);
    }
    marks.mark(one, change.before, change.after, outcome, now);
  }

  private static final class Change {
    private BreakerState before = BreakerState.WELL;
    private BreakerState after = BreakerState.WELL;
  }

  private void write(UUID id, Held held, Instant now) {
    try {
      database.useEngine(
          tx -> {
            if (held.state().isTripped()) {
              BreakerStore.put(
                  tx,
                  new BreakerStore.Row(
                      held.owner(), id, held.provider(), held.state(), Instant.EPOCH));
            } else {
              BreakerStore.remove(tx, held.owner(), id, now);
            }
          });
      boolean _ = states.replace(id, held, held.written(now));
    } catch (RuntimeException e) {
      LOG.warn("other nodes are not told how the connection {} does: {}", id, e.toString());
    }
  }

  /// Reads what all nodes know, when that is due.
  private void refresh() {
    Instant now = clock.instant();
    if (readAt.plus(READ_EVERY).isAfter(now) || !reading.tryLock()) {
      return;
    }
    try {
      readAt = now;
      states.forEach(
          (id, held) -> {
            if (held.unwritten() && !held.writtenAt().plus(WRITE_EVERY).isAfter(now)) {
              write(id, held, now);
            }
          });
      Map<UUID, Held> before = Map.copyOf(states);
      Map<UUID, Held> read = new HashMap<>();
      for (BreakerStore.Row row : database.asEngine(BreakerStore::list)) {
        read.put(row.connection(), held(row));
      }
      read.forEach(
          (id, held) -> states.compute(id, (_, known) -> newer(before.get(id), known, held)));
      // One that has no row any more was found well by another node.
      before.forEach(
          (id, held) -> {
            if (held.state().isTripped() && !held.unwritten() && !read.containsKey(id)) {
              boolean _ = states.remove(id, held);
            }
          });
      marks.forgetSome();
    } catch (RuntimeException e) {
      LOG.warn("what other nodes know of connections can't be read: {}", e.toString());
    } finally {
      reading.unlock();
    }
  }

  /// What this node learnt since the read began, or could not tell the others yet, stands.
  private static Held newer(@Nullable Held before, @Nullable Held known, Held read) {
    return known != null && (!known.equals(before) || known.unwritten()) ? known : read;
  }

  /// A connection that is not well.
  ///
  /// @param trying whether the rest is over, and one try at a time is allowed
  record Tripped(UUID connection, String provider, BreakerState state, boolean trying) {}

  /// All that are not well.
  List<Tripped> tripped() {
    refresh();
    Instant now = clock.instant();
    return states.entrySet().stream()
        .filter(entry -> entry.getValue().state().isTripped())
        .map(
            entry ->
                new Tripped(
                    entry.getKey(),
                    entry.getValue().provider(),
                    entry.getValue().state(),
                    !entry.getValue().state().isResting(now)))
        .toList();
  }
}
