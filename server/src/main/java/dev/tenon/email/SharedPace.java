package dev.tenon.email;

import dev.tenon.db.Database;
import dev.tenon.work.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps connections with a `rate_per_second` to it over all nodes: no more than that are sent in
/// each second, whoever sends them. A node takes a quarter of a second's mails at once from a table
/// ([PaceStore]), and asks no more until the next second when these are gone: a few statements a
/// second for a connection, not one for a mail. What it took and did not use by then is not used.
///
/// A mail whose turn it is not waits in its job, without a place. Urgent ones come back with the
/// next second and are claimed first then; the others are spread out, so that no more of them come
/// back in a second than can be sent.
final class SharedPace {
  private static final Logger LOG = LoggerFactory.getLogger(SharedPace.class);
  private static final int CONNECTIONS_MAX = 10_000;

  /// How far ahead the turns of ordinary and of bulk mails are spread out: not for ever, since what
  /// is before them may be cancelled, and the rate raised.
  private static final Duration AHEAD_MAX = Duration.ofMinutes(1);

  private static final Duration AHEAD_BULK_MAX = Duration.ofMinutes(10);

  private final Database database;
  private final InstantSource clock;
  private final Map<UUID, Held> shares = new ConcurrentHashMap<>();

  SharedPace(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /// What this node has of a connection. Guarded by its own lock.
  private static final class Held {
    private int left;

    /// Whether all of this second's are taken, by whatever node.
    private boolean gone;

    private Instant until = Instant.MIN;
    private Instant turn = Instant.MIN;
  }

  /// Asks to give a connection a mail now; how long to wait before asking again when not.
  Optional<Duration> wait(EmailConnections.Ready one, int jobPriority) {
    int rate = one.ratePerSecond();
    if (rate == 0) {
      return Optional.empty();
    }
    if (shares.size() >= CONNECTIONS_MAX) {
      // Forgetting what was taken costs a part of a second.
      shares.clear();
    }
    Held held = shares.computeIfAbsent(one.connection(), _ -> new Held());
    synchronized (held) {
      Instant now = clock.instant();
      boolean isNew = !held.until.isAfter(now);
      if (isNew || (held.left == 0 && !held.gone)) {
        take(held, one, rate, now);
      }
      if (held.left > 0) {
        held.left--;
        return Optional.empty();
      }
      return Optional.of(Duration.between(now, turn(held, rate, jobPriority, now)));
    }
  }

  /// Gives back what [#wait] allowed for a mail that was not sent after all.
  void giveBack(EmailConnections.Ready one) {
    Held held = shares.get(one.connection());
    if (held != null) {
      synchronized (held) {
        held.left += held.until.isAfter(clock.instant()) ? 1 : 0;
      }
    }
  }

  private void take(Held held, EmailConnections.Ready one, int rate, Instant now) {
    int wanted = Math.max(1, (rate + 3) / 4);
    try {
      PaceStore.Share share =
          database.asEngine(
              tx -> PaceStore.take(tx, one.owner(), one.connection(), rate, wanted, now));
      held.left = share.mails();
      held.gone = share.mails() < wanted;
      held.until = share.until();
    } catch (RuntimeException e) {
      LOG.warn(
          "the pace of the connection {} is not shared with other nodes: {}",
          one.connection(),
          e.toString());
      held.left = wanted;
      held.gone = true;
      held.until = now.plusSeconds(1);
    }
  }

  private static Instant turn(Held held, int rate, int jobPriority, Instant now) {
    Instant next = held.until;
    if (jobPriority <= NewJob.URGENT) {
      return next;
    }
    Instant own = held.turn.isAfter(next) ? held.turn : next;
    held.turn = own.plus(Duration.ofSeconds(1).dividedBy(rate));
    Duration ahead = jobPriority <= NewJob.ORDINARY ? AHEAD_MAX : AHEAD_BULK_MAX;
    Instant last = now.plus(ahead);
    if (held.turn.isAfter(now.plus(AHEAD_BULK_MAX))) {
      // From the start again: those that wait come back over all of that time.
      held.turn = Instant.MIN;
    }
    return own.isBefore(last) ? own : last;
  }
}
