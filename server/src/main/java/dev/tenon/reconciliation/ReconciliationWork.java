package dev.tenon.reconciliation;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import dev.tenon.id.Prefix;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import dev.tenon.work.JobHandler;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Works reconciliations off, page by page. A page is asked for outside any transaction; what is
/// missing in it is noted, then put into the inbox, then the place is moved on, each in a
/// transaction of its own: after a kill the page is asked for again, and what is here by then is
/// known by its key. After some calls it rests a second, so that most of the provider's limit is
/// left to what people wait for.
public final class ReconciliationWork implements JobHandler {
  static final String KIND = "events.reconcile";

  private static final Logger LOG = LoggerFactory.getLogger(ReconciliationWork.class);

  /// Longer than any that goes well: 30 days of a busy account are an hour.
  private static final Duration LONGEST = Duration.ofHours(24);

  private static final Duration REST = Duration.ofSeconds(1);
  private static final Duration LIMIT_PAUSE_MIN = Duration.ofSeconds(5);
  private static final int TROUBLE_CHARS_MAX = 1_000;
  private static final RetrySchedule SCHEDULE =
      new RetrySchedule(
          List.of(
              Duration.ofSeconds(5),
              Duration.ofSeconds(15),
              Duration.ofMinutes(1),
              Duration.ofMinutes(5),
              Duration.ofMinutes(15),
              Duration.ofMinutes(30),
              Duration.ofHours(1),
              Duration.ofHours(1),
              Duration.ofHours(2),
              Duration.ofHours(4)),
          0.2);

  private final Database database;
  private final Connections connections;
  private final Map<String, EventSource> sources;
  private final ListedEvents listed;
  private final InstantSource clock;
  private final Meters meters;
  private final ReconciliationStore store = new ReconciliationStore();

  public ReconciliationWork(
      Database database,
      Connections connections,
      List<EventSource> sources,
      ListedEvents listed,
      InstantSource clock,
      Meters meters) {
    this.database = database;
    this.connections = connections;
    this.sources = sources.stream().collect(Collectors.toMap(EventSource::provider, s -> s));
    this.listed = listed;
    this.clock = clock;
    this.meters = meters;
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public RetrySchedule schedule() {
    return SCHEDULE;
  }

  @Override
  public Optional<String> subject(String payload) {
    return JobHandler.reference(Prefix.RECONCILIATION, payload);
  }

  @Override
  public void run(TenantId tenant, List<Job> batch, Jobs jobs) {
    for (Job job : batch) {
      JobEnd end = work(tenant, UUID.fromString(job.payload()), jobs);
      database.useEngine(tx -> jobs.end(tx, tenant, Map.of(job, end)));
    }
  }

  @Override
  public void died(EngineTx tx, Job job, int failures) {
    UUID id = UUID.fromString(job.payload());
    boolean _ =
        tx.asTenant(
            job.tenant(),
            inTenant ->
                store.end(
                    inTenant,
                    id,
                    Reconciliation.State.FAILED,
                    "Given up after %d failures in one place; the next one goes on from there."
                        .formatted(failures),
                    clock.instant()));
  }

  private JobEnd work(TenantId tenant, UUID id, Jobs jobs) {
    Optional<Reconciliation> found = running(tenant, id);
    if (found.isEmpty()) {
      return new JobEnd.Done("it has ended");
    }
    Reconciliation first = found.get();
    Optional<Connection> connection =
        database.asTenant(tenant, tx -> connections.find(tx, new ConnectionId(first.connection())));
    if (connection.isEmpty() || connection.get().state() == Connection.State.DISABLED) {
      return fail(tenant, first, "unknown", "The connection was switched off.");
    }
    Connection of = connection.get();
    EventSource source = sources.get(of.provider());
    if (source == null) {
      return fail(tenant, first, of.provider(), "Nothing can be asked of this provider.");
    }
    if (first.createdAt().plus(LONGEST).isBefore(clock.instant())) {
      return fail(
          tenant,
          first,
          of.provider(),
          "It took more than a day. The next one goes on from there.");
    }
    return switch (source.open(tenant, of.id())) {
      case EventSource.Opened.Unusable unusable ->
          fail(tenant, first, of.provider(), unusable.reason());
      case EventSource.Opened.Ready ready -> new Walk(tenant, of, source, jobs).steps(ready, first);
    };
  }

  /// The steps of one run.
  private final class Walk {
    private final TenantId tenant;
    private final Connection connection;
    private final EventSource source;
    private final Jobs jobs;

    Walk(TenantId tenant, Connection connection, EventSource source, Jobs jobs) {
      this.tenant = tenant;
      this.connection = connection;
      this.source = source;
      this.jobs = jobs;
    }

    JobEnd steps(EventSource.Opened.Ready ready, Reconciliation first) {
      Reconciliation at = first;
      boolean moved = false;
      for (int call = 0; call < ready.callsPerStep(); call++) {
        Reconciliation.Position position = at.position();
        EventSource.Answer answer =
            ready
                .pages()
                .page(
                    position.part(),
                    at.since(),
                    // After a page the place is told by its last event.
                    position.event().isEmpty() ? position.at() : at.until(),
                    position.event());
        switch (answer) {
          case EventSource.Answer.Page page -> {
            if (!listed.take(tenant, connection, at, page.events())) {
              return new JobEnd.Later("intake is busy", LIMIT_PAUSE_MIN, moved);
            }
            Optional<Reconciliation.Position> next = next(at, page, source.parts());
            if (next.isPresent() && next.get().equals(position)) {
              return fail(
                  tenant, at, connection.provider(), "The provider answers the same page again.");
            }
            if (!advance(at, next, page.events().size())) {
              return new JobEnd.Later("another worker has it", REST);
            }
            moved = true;
          }
          case EventSource.Answer.CursorGone _ -> {
            if (position.event().isEmpty()) {
              return fail(
                  tenant, at, connection.provider(), "The provider refuses the first page.");
            }
            // It became too old. What is left is asked for by time, from that event's second on.
            var byTime = new Reconciliation.Position(position.part(), "", position.at());
            if (!advance(at, Optional.of(byTime), 0)) {
              return new JobEnd.Later("another worker has it", REST);
            }
            moved = true;
          }
          case EventSource.Answer.NotNow notNow -> {
            UUID id = at.id();
            String reason = cut(notNow.reason());
            database.useTenant(tenant, tx -> store.trouble(tx, id, reason));
            // Failures count from where it last came on, not over the whole walk.
            return notNow.limit() || moved
                ? new JobEnd.Later(reason, longer(notNow.pause(), LIMIT_PAUSE_MIN), moved)
                : new JobEnd.Failed(reason, notNow.pause());
          }
          case EventSource.Answer.Refused refused -> {
            return fail(tenant, at, connection.provider(), refused.reason());
          }
        }
        Optional<Reconciliation> still = running(tenant, at.id());
        if (still.isEmpty()) {
          return new JobEnd.Done("the reconciliation has ended");
        }
        at = still.get();
      }
      return new JobEnd.Later("more is to be looked through", REST, moved);
    }

    /// False when another worker has moved it on.
    private boolean advance(
        Reconciliation at, Optional<Reconciliation.Position> next, int listedNow) {
      Instant now = clock.instant();
      boolean moved =
          database.asTenant(
              tenant,
              tx -> {
                if (!store.advance(
                    tx, at.id(), at.position(), next.orElse(at.position()), listedNow)) {
                  return false;
                }
                if (next.isEmpty()) {
                  boolean _ = store.end(tx, at.id(), Reconciliation.State.DONE, "", now);
                  int missing = store.find(tx, at.id()).orElseThrow().missing();
                  if (isWhole(tx, at)) {
                    store.reconciled(tx, at.connection(), at.until(), missing, now);
                  }
                  if (at.gapSince() != null) {
                    jobs.make(tx, source.afterGap(connection.id()));
                  }
                }
                return true;
              });
      if (moved && next.isEmpty()) {
        ended(at);
      }
      return moved;
    }

    /// Whether more is known to be whole than before, and nothing between was left out: somebody
    /// may have asked for a part, or for one that was looked through before.
    private boolean isWhole(TenantTx tx, Reconciliation at) {
      Instant from = store.reconciledUntil(tx, at.connection()).orElse(connection.createdAt());
      return at.until().isAfter(from) && (at.gapSince() != null || !at.since().isAfter(from));
    }

    private void ended(Reconciliation at) {
      meters
          .counter(
              Metric.RECONCILIATIONS_ENDED, connection.provider(), Reconciliation.State.DONE.text())
          .increment();
      int missing =
          database.asTenant(tenant, tx -> store.find(tx, at.id()).orElseThrow().missing());
      if (missing > 0) {
        LOG.warn(
            "{} of {}: {} events never came and are here now; check its webhooks at the provider",
            connection.id(),
            tenant,
            missing);
      }
    }
  }

  private Optional<Reconciliation> running(TenantId tenant, UUID id) {
    return database
        .asTenant(tenant, tx -> store.find(tx, id))
        .filter(one -> one.state() == Reconciliation.State.RUNNING);
  }

  /// Where it goes on; empty at the end.
  private static Optional<Reconciliation.Position> next(
      Reconciliation at, EventSource.Answer.Page page, int parts) {
    int part = at.position().part();
    if (page.more() && !page.events().isEmpty()) {
      EventSource.Listed last = page.events().getLast();
      return Optional.of(new Reconciliation.Position(part, last.id(), last.occurredAt()));
    }
    return part + 1 < parts
        ? Optional.of(new Reconciliation.Position(part + 1, "", at.until()))
        : Optional.empty();
  }

  private JobEnd fail(TenantId tenant, Reconciliation at, String provider, String reason) {
    boolean ended =
        database.asTenant(
            tenant,
            tx ->
                store.end(tx, at.id(), Reconciliation.State.FAILED, cut(reason), clock.instant()));
    if (ended) {
      meters
          .counter(Metric.RECONCILIATIONS_ENDED, provider, Reconciliation.State.FAILED.text())
          .increment();
      LOG.warn(
          "the reconciliation of {} of {} failed: {}",
          new ConnectionId(at.connection()),
          tenant,
          reason);
    }
    return new JobEnd.Done("failed: " + reason);
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), TROUBLE_CHARS_MAX));
  }
}
