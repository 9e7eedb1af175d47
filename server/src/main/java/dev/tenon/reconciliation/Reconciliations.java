package dev.tenon.reconciliation;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Ids;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.metric.Sampler;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.NewJob;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds what providers say happened and never sent: starts reconciliations by the clock, after a
/// downtime and on request. [ReconciliationWork] does them.
///
/// A connection is looked through from where the last reconciliation ended, a little earlier for
/// what the provider listed late, or from when the connection was made; no further back unless
/// somebody asks, since what follows from an old event (a mail) follows then as well. It ends a
/// grace period ago: what is younger may still be on its way as a webhook, and would count as
/// missing without being so.
public final class Reconciliations implements Sampler.Sampled {
  /// The name of the work that the clock starts.
  public static final String CLOCK_WORK = "reconciliations";

  /// From one look for connections whose turn it is to the next.
  public static final Duration LOOK_EVERY = Duration.ofMinutes(1);

  private static final Logger LOG = LoggerFactory.getLogger(Reconciliations.class);
  private static final Duration OVERLAP = Duration.ofMinutes(10);
  private static final Duration DOWNTIME_MIN = Duration.ofMinutes(5);
  private static final Duration KEPT = Duration.ofDays(90);
  private static final int LOOKED_AT_ONCE = 200;
  private static final int LOOKS_MAX = 100;

  private final Database database;
  private final Connections connections;
  private final Map<String, EventSource> sources;
  private final Jobs jobs;
  private final Ids ids;
  private final InstantSource clock;
  private final Meters meters;
  private final Pace pace;
  private final ReconciliationStore store = new ReconciliationStore();

  /// How often, and how late.
  ///
  /// @param every from the end of one reconciliation of a connection to the beginning of the next
  /// @param grace how old an event is at least
  public record Pace(Duration every, Duration grace) {}

  public Reconciliations(
      Database database,
      Connections connections,
      List<EventSource> sources,
      Jobs jobs,
      Ids ids,
      InstantSource clock,
      Meters meters,
      Pace pace) {
    this.database = database;
    this.connections = connections;
    this.sources = sources.stream().collect(Collectors.toMap(EventSource::provider, s -> s));
    this.jobs = jobs;
    this.ids = ids;
    this.clock = clock;
    this.meters = meters;
    this.pace = pace;
  }

  /// What became of asking for one.
  sealed interface Started {
    record Yes(Reconciliation reconciliation) implements Started {}

    /// One runs for the connection already.
    record Running(UUID id) implements Started {}

    /// Connections to this provider are not reconciled.
    record NoSource() implements Started {}

    /// Nothing lies between the two times.
    record Nothing() implements Started {}
  }

  /// Whether connections to a provider can be reconciled.
  boolean knows(String provider) {
    return sources.containsKey(provider);
  }

  /// Starts one that somebody asks for; call [#announce] after the commit.
  ///
  /// @param since null for where the last one ended
  /// @param until null for a grace period ago
  /// @param id chosen by the caller; one that was started under it before is the answer
  Started start(
      TenantTx tx,
      Connection connection,
      @Nullable Instant since,
      @Nullable Instant until,
      @Nullable UUID id,
      String by) {
    Optional<Reconciliation> before =
        Optional.ofNullable(id).flatMap(known -> store.find(tx, known));
    return before.isPresent()
        ? new Started.Yes(before.get())
        : start(tx, connection, Reconciliation.Cause.REQUEST, since, until, id, by);
  }

  private Started start(
      TenantTx tx,
      Connection connection,
      Reconciliation.Cause cause,
      @Nullable Instant wantedSince,
      @Nullable Instant wantedUntil,
      @Nullable UUID id,
      String by) {
    @Nullable EventSource source = sources.get(connection.provider());
    if (source == null) {
      return new Started.NoSource();
    }
    Instant now = now();
    UUID of = connection.id().uuid();
    Instant known = store.reconciledUntil(tx, of).orElse(connection.createdAt());
    Instant latest = wantedUntil == null ? now.minus(pace.grace()) : wantedUntil;
    Instant wanted = wantedSince == null ? whole(known, latest) : wantedSince;
    Optional<Reconciliation> broken =
        wantedSince == null && wantedUntil == null ? broken(tx, of, wanted) : Optional.empty();
    Instant until = broken.map(Reconciliation::until).orElse(latest);
    Instant told = now.minus(source.kept());
    Instant since = wanted.isBefore(told) ? told : wanted;
    if (!since.isBefore(until)) {
      return new Started.Nothing();
    }
    // What was looked through in its time is no gap, however far back somebody wants to look.
    Instant missingSince = known.isAfter(wanted) ? known : wanted;
    var made =
        new Reconciliation(
            id == null ? ids.next() : id,
            of,
            Reconciliation.State.RUNNING,
            cause,
            by,
            since,
            until,
            missingSince.isBefore(told) ? missingSince : null,
            broken
                .map(Reconciliation::position)
                .orElseGet(() -> new Reconciliation.Position(0, "", until)),
            0,
            0,
            "",
            now,
            null);
    store.forget(tx, now.minus(KEPT));
    if (!store.insert(tx, made)) {
      return store
          .running(tx, of)
          .<Started>map(Started.Running::new)
          // It ended just now.
          .orElseGet(Started.Nothing::new);
    }
    jobs.make(tx, List.of(NewJob.of(ReconciliationWork.KIND, made.id().toString(), null)));
    LOG.info(
        "{} of {} is reconciled from {} to {} ({})",
        connection.id(),
        tx.tenant(),
        since,
        until,
        cause.text());
    return new Started.Yes(made);
  }

  /// Since when events may be missing.
  private static Instant whole(Instant known, Instant until) {
    Instant from = known.minus(OVERLAP);
    Instant latest = until.minus(OVERLAP);
    return from.isAfter(latest) ? latest : from;
  }

  /// The last one where it failed on its way and began no later than `wanted`: what it looked
  /// through is not asked for again. One that came nowhere is none, so that what can't be passed is
  /// not run against for ever.
  private Optional<Reconciliation> broken(TenantTx tx, UUID connection, Instant wanted) {
    return store.list(tx, connection, null, 1).stream()
        .findFirst()
        .filter(one -> one.state() == Reconciliation.State.FAILED && one.listed() > 0)
        .filter(one -> !one.since().isAfter(wanted) && one.until().isAfter(wanted));
  }

  /// Says that one was committed.
  void announce() {
    jobs.announce();
  }

  Optional<Reconciliation> find(TenantTx tx, UUID id) {
    return store.find(tx, id);
  }

  Map<String, Integer> kinds(TenantTx tx, UUID id) {
    return store.kinds(tx, id);
  }

  /// Those of the last 90 days, newest first.
  List<Reconciliation> list(
      TenantTx tx, @Nullable UUID connection, @Nullable UUID before, int rows) {
    return store.list(tx, connection, before, rows);
  }

  List<ReconciliationStore.Missing> missing(TenantTx tx, UUID id, @Nullable UUID before, int rows) {
    return store.missing(tx, id, before, rows);
  }

  /// Starts reconciliations of the connections whose turn it is; of all when no node has looked for
  /// a while, since webhooks that nobody took are repeated late, or not at all. Safe to run twice.
  public void startDue() {
    Instant now = now();
    Optional<Instant> last = database.asEngine(tx -> store.lastRun(tx, CLOCK_WORK));
    boolean away = last.isPresent() && last.get().plus(DOWNTIME_MIN).isBefore(now);
    if (away) {
      LOG.info("no node has run since {}: all connections are reconciled", last.get());
    }
    var cause = away ? Reconciliation.Cause.DOWNTIME : Reconciliation.Cause.SCHEDULE;
    Instant before = away ? now : now.minus(pace.every());
    @Nullable UUID after = null;
    for (int i = 0; i < LOOKS_MAX; i++) {
      @Nullable UUID from = after;
      List<ReconciliationStore.Due> due =
          database.asEngine(tx -> store.due(tx, keys(), before, from, LOOKED_AT_ONCE));
      due.forEach(one -> startOne(one, cause, before));
      if (due.size() < LOOKED_AT_ONCE) {
        return;
      }
      after = due.getLast().connection();
    }
  }

  private void startOne(ReconciliationStore.Due due, Reconciliation.Cause cause, Instant before) {
    database.useTenant(
        new TenantId(due.tenant()),
        tx ->
            connections
                .find(tx, new ConnectionId(due.connection()))
                // One that fails is tried again at its next turn, not with the next look.
                .filter(_ -> !startedSince(tx, due.connection(), before))
                .ifPresent(
                    connection -> {
                      Started _ = start(tx, connection, cause, null, null, null, cause.text());
                    }));
  }

  private boolean startedSince(TenantTx tx, UUID connection, Instant since) {
    List<Reconciliation> newest = store.list(tx, connection, null, 1);
    return !newest.isEmpty() && newest.getFirst().createdAt().isAfter(since);
  }

  @Override
  public void sample() {
    Instant now = now();
    Map<String, Instant> oldest = database.asEngine(tx -> store.oldest(tx, keys()));
    meters.set(
        Metric.RECONCILIATION_AGE,
        oldest.entrySet().stream()
            .map(
                entry ->
                    new Meters.Row(
                        List.of(entry.getKey()),
                        Math.max(0, Duration.between(entry.getValue(), now).toSeconds())))
            .toList());
  }

  /// By provider, the credential without which it can't be asked.
  private Map<String, String> keys() {
    return sources.values().stream()
        .collect(Collectors.toMap(EventSource::provider, EventSource::keyField));
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }
}
