package dev.tenon.number;

import dev.tenon.connection.ConnectionId;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.event.EventType;
import dev.tenon.event.Events;
import dev.tenon.event.NewEvent;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The figures of all tenants' mail.
///
/// Nothing of it is on the way of a mail: at 1,500 mails a second, one row an hour for each stream
/// and provider would be the row that all of them wait for. So figures are added up in memory and
/// written every five seconds. What a crash catches there is lost: these are figures, not facts;
/// the messages themselves tell each story.
public final class EmailNumbers implements MailTally, AutoCloseable {
  /// How long figures are kept.
  static final Duration KEPT = Duration.ofDays(90);

  private static final Logger LOG = LoggerFactory.getLogger(EmailNumbers.class);
  private static final Duration EVERY = Duration.ofSeconds(5);
  private static final int PENDING_MAX = 50_000;
  private static final int WRITTEN_MAX = 1_000;

  private final Database database;
  private final Events events;
  private final Meters meters;
  private final InstantSource clock;
  private final EmailNumberStore store = new EmailNumberStore();
  private final ConcurrentHashMap<Key, Figures> pending = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Skipped, Standing> standing = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("email-numbers").factory());

  /// Whose figures they are.
  record Key(TenantId tenant, Instant hour, String stream, String provider) {}

  /// A connection that others stand in for.
  record Skipped(TenantId owner, UUID connection, String stream) {}

  private record Standing(String insteadOf, String provider) {}

  public EmailNumbers(Database database, Events events, Meters meters, InstantSource clock) {
    this.database = database;
    this.events = events;
    this.meters = meters;
    this.clock = clock;
  }

  /// Writes every five seconds until it is closed.
  public void start() {
    var _ =
        timer.scheduleWithFixedDelay(
            this::writeOrSay, EVERY.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  @Override
  public void add(TenantId tenant, String stream, String provider, Figures figures) {
    if (figures.equals(Figures.NONE)) {
      return;
    }
    if (figures.possibleDuplicates() > 0) {
      meters.counter(Metric.EMAIL_POSSIBLE_DUPLICATES, provider).increment();
    }
    var key = new Key(tenant, clock.instant().truncatedTo(ChronoUnit.HOURS), stream, provider);
    if (pending.size() < PENDING_MAX || pending.containsKey(key)) {
      var _ = pending.merge(key, figures, Figures::plus);
    }
  }

  @Override
  public void standsIn(
      TenantId owner, UUID connection, String stream, String insteadOf, String provider) {
    meters.counter(Metric.EMAIL_FALLBACKS, insteadOf).increment();
    var skipped = new Skipped(owner, connection, stream);
    if (standing.size() < PENDING_MAX) {
      var _ = standing.put(skipped, new Standing(insteadOf, provider));
    }
  }

  /// Figures of a tenant from one hour to another, by stream and provider.
  List<EmailNumberStore.Row> list(TenantTx tx, Instant since, Instant until, int limit) {
    return store.list(tx, since, until, limit);
  }

  private void writeOrSay() {
    try {
      write();
    } catch (Throwable e) {
      // Whatever it is: the timer would never call again.
      LOG.warn("figures of mail can't be written now, next try in 5 s: {}", e.toString());
    }
  }

  /// Writes what has been added up so far, and forgets what is too old.
  public void write() {
    List<Key> keys = List.copyOf(pending.keySet());
    for (int from = 0; from < keys.size(); from += WRITTEN_MAX) {
      writeSome(keys.subList(from, Math.min(keys.size(), from + WRITTEN_MAX)));
    }
    tell();
    Instant old = clock.instant().minus(KEPT);
    int _ = database.asEngine(tx -> store.forget(tx, old, WRITTEN_MAX));
  }

  private void writeSome(List<Key> keys) {
    List<EmailNumberStore.Added> added = new ArrayList<>(keys.size());
    for (Key key : keys) {
      Figures figures = pending.remove(key);
      if (figures != null) {
        added.add(new EmailNumberStore.Added(key, figures));
      }
    }
    try {
      database.useEngine(tx -> store.add(tx, added));
    } catch (RuntimeException | Error e) {
      added.forEach(one -> pending.merge(one.key(), one.figures(), Figures::plus));
      throw e;
    }
  }

  /// Says that a fallback is in use, once an hour at most for each connection and stream, over all
  /// nodes: mail still flows, and just so nobody would notice.
  private void tell() {
    List<Skipped> skipped = standing.keySet().stream().limit(WRITTEN_MAX).toList();
    if (skipped.isEmpty()) {
      return;
    }
    Map<Skipped, Standing> told = new ConcurrentHashMap<>();
    skipped.forEach(one -> told.put(one, standing.getOrDefault(one, new Standing("", ""))));
    Instant now = clock.instant();
    database.useEngine(
        tx ->
            events.tellAll(
                tx,
                store.untold(tx, skipped, now, now.minus(Duration.ofHours(1))).stream()
                    .map(one -> event(one, told.getOrDefault(one, new Standing("", ""))))
                    .toList()));
    told.forEach(standing::remove);
  }

  private static Events.Told event(Skipped skipped, Standing standing) {
    return new Events.Told(
        skipped.owner(),
        new NewEvent(
            EventType.EMAIL_FALLBACK_IN_USE,
            new ConnectionId(skipped.connection()).toString(),
            Map.of(
                "stream", skipped.stream(),
                "provider", standing.insteadOf(),
                "sent_by", standing.provider()),
            null));
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
