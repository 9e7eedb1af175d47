package dev.tenon.email;

import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Outcome;
import dev.tenon.connector.email.BreakerState;
import dev.tenon.connector.email.Sent;
import dev.tenon.db.Database;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Marks a connection that its provider refuses as *broken* for people, and as *active* again with
/// the first call that succeeds.
final class BreakerMarks {
  private static final Logger LOG = LoggerFactory.getLogger(BreakerMarks.class);

  /// What a node remembers of connections that marks them well may be as old as this.
  private static final Duration MARKED_AGAIN = Duration.ofSeconds(30);

  private static final int REMEMBERED_MAX = 10_000;

  private final Database database;
  private final Connections connections;
  private final Map<UUID, Instant> markedWell = new ConcurrentHashMap<>();

  BreakerMarks(Database database, Connections connections) {
    this.database = database;
    this.connections = connections;
  }

  /// Tells people, in the connection's state and in one line of the log that can be alerted on.
  void mark(
      EmailConnections.Ready one,
      BreakerState before,
      BreakerState after,
      Outcome<Sent> outcome,
      Instant now) {
    var id = new ConnectionId(one.connection());
    boolean refused = after.isBroken() && !after.changedAt().equals(before.changedAt());
    boolean works =
        outcome instanceof Outcome.Accepted<Sent> && (before.isBroken() || one.broken());
    try {
      if (refused) {
        boolean marked =
            database.asTenant(one.owner(), tx -> connections.markBroken(tx, id, after.words()));
        if (marked || !before.isBroken()) {
          LOG.error(
              "email connection broken: {} to {} of {} is refused by its provider ({}). Mails wait or"
                  + " take the fallback until it is changed or works again",
              id,
              one.provider().name(),
              one.owner(),
              after.words());
        }
        markedWell.remove(one.connection());
      } else if (works
          && !markedWell
              .getOrDefault(one.connection(), Instant.MIN)
              .isAfter(now.minus(MARKED_AGAIN))) {
        markedWell.put(one.connection(), now);
        if (database.asTenant(one.owner(), tx -> connections.markWell(tx, id))) {
          LOG.info("email connection {} of {} works again", id, one.owner());
        }
      }
    } catch (RuntimeException e) {
      LOG.warn("the state of the connection {} can't be noted: {}", id, e.toString());
    }
  }

  /// Keeps what is remembered within its bound.
  void forgetSome() {
    if (markedWell.size() > REMEMBERED_MAX) {
      markedWell.clear();
    }
  }
}
