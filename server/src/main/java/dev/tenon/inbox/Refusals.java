package dev.tenon.inbox;

import dev.tenon.connection.InboundConnection;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Webhooks that were not accepted: counted, logged, and kept per connection for a week, so that a
/// person can see why deliveries were refused.
///
/// Nothing of it is on the way of a request. Refusals are added up in memory by connection, hour
/// and reason and written every five seconds, so a flood of them costs one row and a few log lines.
/// What a crash catches in memory is lost: these are figures, not facts.
public final class Refusals implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final Duration KEPT = Duration.ofDays(7);
  private static final int PENDING_MAX = 10_000;
  private static final int WRITTEN_MAX = 1_000;
  private static final int DETAIL_CHARS_MAX = 200;
  private static final String NOBODYS = "unknown";

  private final Database database;
  private final RefusalStore store = new RefusalStore();
  private final Meters meters;
  private final InstantSource clock;
  private final ConcurrentHashMap<Key, Tally> pending = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("refusals").factory());

  private record Key(TenantId tenant, UUID connection, Instant hour, Refusal.Reason reason) {}

  private record Tally(String provider, long count, String detail, Instant first, Instant last) {
    Tally plus(Tally later) {
      return new Tally(provider, count + later.count, later.detail, first, later.last);
    }
  }

  /// Where a page of the list ends.
  public record Place(Instant hour, Refusal.Reason reason) {}

  public Refusals(Database database, Meters meters, InstantSource clock) {
    this.database = database;
    this.meters = meters;
    this.clock = clock;
  }

  /// Writes every five seconds until it is closed.
  public void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::writeOrSay, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /// Counts a webhook to an address that no connection has.
  public void noteUnknown() {
    meters
        .counter(Metric.INBOX_REFUSED, NOBODYS, Refusal.Reason.UNKNOWN_CONNECTION.text())
        .increment();
  }

  /// Counts a refused webhook. The first of its kind is logged at once, the others as a number.
  ///
  /// @param detail what is wrong with it, in our own words: nothing that the sender wrote
  public void note(InboundConnection connection, Refusal.Reason reason, String detail) {
    meters.counter(Metric.INBOX_REFUSED, connection.provider(), reason.text()).increment();
    Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var key =
        new Key(
            connection.tenant(), connection.id().uuid(), now.truncatedTo(ChronoUnit.HOURS), reason);
    if (pending.size() >= PENDING_MAX && !pending.containsKey(key)) {
      return;
    }
    String shortened = detail.substring(0, Math.min(detail.length(), DETAIL_CHARS_MAX));
    Tally tally =
        pending.merge(key, new Tally(connection.provider(), 1, shortened, now, now), Tally::plus);
    if (tally.count() == 1) {
      // Which tenant and connection is in the fields of the line: this is the request's thread.
      LOG.warn(
          "refused a webhook for {} ({}): {}", connection.id(), connection.provider(), shortened);
    }
  }

  /// The refusals of one connection, the newest hour first.
  public List<Refusal> list(TenantTx tx, UUID connection, Optional<Place> after, int limit) {
    return store.list(tx, connection, after, limit);
  }

  private void writeOrSay() {
    try {
      write();
    } catch (Throwable e) {
      // Whatever it is: the timer would never call again.
      LOG.warn("refused webhooks can't be written now, next try in 5 s: {}", e.toString());
    }
  }

  /// Writes what has been counted so far, and forgets what is older than a week.
  public void write() {
    List<Key> keys = List.copyOf(pending.keySet());
    for (int from = 0; from < keys.size(); from += WRITTEN_MAX) {
      writeSome(keys.subList(from, Math.min(keys.size(), from + WRITTEN_MAX)));
    }
    Instant old = clock.instant().minus(KEPT);
    int _ = database.asEngine(tx -> store.forget(tx, old, WRITTEN_MAX));
  }

  private void writeSome(List<Key> keys) {
    List<Key> taken = new ArrayList<>(keys.size());
    List<Tally> tallies = new ArrayList<>(keys.size());
    List<RefusalStore.Added> added = new ArrayList<>(keys.size());
    for (Key key : keys) {
      Tally tally = pending.remove(key);
      if (tally != null) {
        taken.add(key);
        tallies.add(tally);
        added.add(
            new RefusalStore.Added(
                key.tenant(),
                key.connection(),
                new Refusal(
                    key.hour(),
                    key.reason(),
                    key.reason().status(),
                    tally.count(),
                    tally.detail(),
                    tally.first(),
                    tally.last())));
      }
    }
    try {
      database.useEngine(tx -> store.add(tx, added));
    } catch (RuntimeException | Error e) {
      for (int i = 0; i < taken.size(); i++) {
        pending.merge(taken.get(i), tallies.get(i), (newer, older) -> older.plus(newer));
      }
      throw e;
    }
    for (int i = 0; i < taken.size(); i++) {
      if (tallies.get(i).count() > 1) {
        LOG.warn(
            "refused {} more webhooks for {} ({}): {}",
            tallies.get(i).count() - 1,
            new dev.tenon.connection.ConnectionId(taken.get(i).connection()),
            tallies.get(i).provider(),
            tallies.get(i).detail());
      }
    }
  }

  /// Stops, and writes what is left. May be called twice.
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      timer.shutdownNow();
      writeOrSay();
    }
  }
}
