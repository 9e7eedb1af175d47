package dev.tenon.reconciliation;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.db.Database;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Delivery;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import dev.tenon.metric.Meters;
import dev.tenon.tenant.TenantId;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import dev.tenon.work.JobWorkers;
import dev.tenon.work.Jobs;
import dev.tenon.work.Signal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Reconciliations on a real database, of a provider that lists what the test says: events are
/// texts `id kind second`, two a page.
final class ReconciliationBed implements AutoCloseable {
  static final Instant START = Instant.parse("2026-11-24T10:00:00Z");
  private static final int PAGE = 2;

  final AtomicReference<Instant> now = new AtomicReference<>(START);
  final InstantSource clock = now::get;
  final TenantId tenant = new TenantId(UUID.randomUUID());
  final TestDatabase database = TestDatabase.fresh();
  final Database db = database.open();
  final Provider provider = new Provider();
  final Ids ids = new Ids(clock);
  final Connections connections =
      new Connections(db, Vault.open(new VaultKey.Given(Vault.newKey()), db, clock), ids, clock);
  final Inbox inbox;
  final Jobs jobs;
  final Reconciliations reconciliations;
  final ReconciliationStore store = new ReconciliationStore();
  private final InboxWriter writer;
  private final JobWorkers workers;

  ReconciliationBed() {
    writer = new InboxWriter(db.engineSource(), new Signal(), InboxWriter.Limits.DEFAULT);
    writer.start();
    inbox = new Inbox(List.of(new Lines()), writer, (_, _, packed) -> packed, ids, clock);
    var work =
        new ReconciliationWork(
            db,
            connections,
            List.of(provider),
            new ListedEvents(db, inbox, ids, Meters.unseen()),
            clock,
            Meters.unseen());
    var made = new Signal();
    jobs = new Jobs(List.of(work), ids, clock, made);
    workers = new JobWorkers(db, jobs, made, clock, JobWorkers.Limits.DEFAULT);
    workers.start();
    reconciliations =
        new Reconciliations(
            db,
            connections,
            List.of(provider),
            jobs,
            ids,
            clock,
            Meters.unseen(),
            new Reconciliations.Pace(Duration.ofHours(1), Duration.ofMinutes(10)));
    tenant(tenant);
  }

  void tenant(TenantId id) {
    db.useTenant(
        id,
        tx ->
            tx.handle()
                .execute(
                    "insert into tenant (tenant_id, name, state, created_at) values (?, 'A', 'active', ?)",
                    id.uuid(),
                    OffsetDateTime.ofInstant(START, ZoneOffset.UTC)));
  }

  Connection connection() {
    Connection made = keyless();
    // Nobody opens it: that it is there is what counts.
    db.useTenant(
        tenant,
        tx ->
            tx.handle()
                .execute(
                    """
                    insert into connection_secret (tenant_id, connection_id, field, ordinal, sealed,
                      created_at)
                    values (?, ?, 'list_key', 1, '', now())
                    """,
                    tenant.uuid(),
                    made.id().uuid()));
    return made;
  }

  /// One that lacks what it takes to ask the provider.
  Connection keyless() {
    return db.asTenant(
        tenant,
        tx ->
            connections.create(
                tx, "lister", "Lists", Connection.Environment.DEVELOPMENT, Map.of(), Map.of()));
  }

  /// Starts one that looks through the last day up to now.
  Reconciliations.Started start(Connection connection) {
    Reconciliations.Started started =
        db.asTenant(
            tenant,
            tx ->
                reconciliations.start(
                    tx,
                    connection,
                    now.get().minus(Duration.ofDays(1)),
                    now.get(),
                    null,
                    "a test"));
    reconciliations.announce();
    return started;
  }

  Reconciliation started(Connection connection) {
    return ((Reconciliations.Started.Yes) start(connection)).reconciliation();
  }

  /// Waits until it has ended; its rests pass at once, since the clock moves meanwhile.
  Reconciliation ended(UUID id) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (true) {
      Reconciliation one = find(id);
      if (one.state() != Reconciliation.State.RUNNING) {
        return one;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "still " + one + " with " + texts("select last_error from waiting_job"));
      }
      now.set(now.get().plusMillis(100));
    }
  }

  Reconciliation find(UUID id) {
    return db.asTenant(tenant, tx -> reconciliations.find(tx, id)).orElseThrow();
  }

  /// The provider sends an event as a webhook.
  void webhook(Connection connection, String event) {
    InboundHeaders none = _ -> Optional.empty();
    var _ =
        inbox.receive(
            new Inbox.Source(tenant, connection.id().uuid(), "lister", List.of(Secret.of("s"))),
            none,
            new Delivery(Map.of(), event.getBytes(StandardCharsets.UTF_8)));
  }

  List<String> texts(String sql) {
    try (var sqlConnection = database.connectAsAdministrator();
        var statement = sqlConnection.createStatement()) {
      statement.execute("set search_path = tenon");
      List<String> found = new ArrayList<>();
      try (var rows = statement.executeQuery(sql)) {
        while (rows.next()) {
          found.add(String.valueOf(rows.getString(1)));
        }
      }
      return found;
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// What reconciliations put into the inbox.
  List<String> fetched() {
    return texts(
        """
        select f.kind || ' ' || f.object from waiting_fact f
        join received_event e on e.tenant_id = f.tenant_id and e.id = f.received_event_id
        where e.origin = 'reconciliation' order by f.object
        """);
  }

  @Override
  public void close() {
    workers.close(Duration.ofSeconds(10));
    writer.close();
    db.close();
    database.close();
  }

  private static Instant second(String event) {
    return START.minusSeconds(Long.parseLong(event.split(" ", -1)[2]));
  }

  /// The provider: its events, the newest first, and what it answers instead.
  static final class Provider implements EventSource {
    /// `id kind seconds-before-the-start`.
    final List<String> events = new CopyOnWriteArrayList<>();

    /// What is answered to the next calls, in this order; a runtime exception is thrown.
    final List<Object> instead = new CopyOnWriteArrayList<>();

    final List<String> asked = new CopyOnWriteArrayList<>();
    volatile @Nullable Runnable before;
    volatile int callsPerStep = 3;
    volatile boolean usable = true;

    @Override
    public String provider() {
      return "lister";
    }

    @Override
    public Duration kept() {
      return Duration.ofDays(30);
    }

    @Override
    public String keyField() {
      return "list_key";
    }

    @Override
    public int parts() {
      return 2;
    }

    @Override
    public Opened open(TenantId owner, ConnectionId connection) {
      return usable
          ? new Opened.Ready(this::page, callsPerStep)
          : new Opened.Unusable("it has no key");
    }

    private Answer page(int part, Instant since, Instant until, String after) {
      asked.add(part + " " + after);
      @Nullable Runnable first = before;
      if (first != null) {
        first.run();
      }
      if (!instead.isEmpty()) {
        Object answer = instead.removeFirst();
        if (answer instanceof Answer given) {
          return given;
        }
        throw (RuntimeException) answer;
      }
      List<String> matching =
          events.stream()
              .filter(event -> (event.split(" ", -1)[1].startsWith("a") ? 0 : 1) == part)
              .filter(event -> !second(event).isBefore(since) && !second(event).isAfter(until))
              .toList();
      int from = 0;
      if (!after.isEmpty()) {
        List<String> known = matching.stream().map(event -> event.split(" ", -1)[0]).toList();
        if (!known.contains(after)) {
          return new Answer.CursorGone();
        }
        from = known.indexOf(after) + 1;
      }
      int to = Math.min(matching.size(), from + PAGE);
      return new Answer.Page(
          matching.subList(from, to).stream()
              .map(event -> new Listed(event.split(" ", -1)[0], second(event), event))
              .toList(),
          to < matching.size());
    }
  }

  private static final class Lines implements InboundProvider {
    @Override
    public String provider() {
      return "lister";
    }

    @Override
    public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant at) {
      return new Verdict.Valid(0);
    }

    @Override
    public Reading read(byte[] body, InboundHeaders headers) {
      String[] part = new String(body, StandardCharsets.UTF_8).split(" ", -1);
      return part.length == 3
          ? new Reading.Facts(
              List.of(
                  new ReadFact(part[0], part[0], part[1], part[0], second(String.join(" ", part)))))
          : new Reading.Malformed("not three words");
    }
  }
}
