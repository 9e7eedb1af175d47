package dev.tenon.payment;

import dev.tenon.connection.ConnectedAccounts;
import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.connector.template.EmailTemplates;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.email.MailSeal;
import dev.tenon.email.Messages;
import dev.tenon.event.Events;
import dev.tenon.event.EventsFit;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Delivery;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.Reading;
import dev.tenon.inbox.Received;
import dev.tenon.lane.Applied;
import dev.tenon.lane.FactApplier;
import dev.tenon.lane.LaneRun;
import dev.tenon.lane.LaneWorkers;
import dev.tenon.lane.WaitingFact;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.Jobs;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.statement.SqlLogger;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;

/// The engine from the inbox to the payments' rows, on a real database: everything is the server's
/// own but the signature, which always holds, and the seals, which are none.
final class LifeEngine implements AutoCloseable {
  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  final TenantId tenant = new TenantId(UUID.randomUUID());
  final Database db;
  final InstantSource clock = now::get;
  private final TestDatabase database = TestDatabase.fresh();
  private final Ids ids = new Ids(clock);
  private final InboxWriter writer;
  private final Inbox inbox;
  private final StripeApplier applier;

  /// What was applied so far, call by call.
  final List<Batch> batches = new java.util.concurrent.CopyOnWriteArrayList<>();

  LifeEngine() {
    db = database.open();
    writer = new InboxWriter(db.engineSource(), new Signal(), InboxWriter.Limits.DEFAULT);
    writer.start();
    inbox =
        new Inbox(List.of(new Unsigned(db, clock)), writer, (_, _, packed) -> packed, ids, clock);
    var jobs = new Jobs(List.of(), ids, clock, new Signal());
    applier =
        new StripeApplier(
            ids,
            clock,
            new Events(ids, clock),
            new Messages(EmailTemplates.builtIn(), new NoSeal(), jobs, ids, clock),
            jobs);
    add(tenant, "Acme");
  }

  /// Makes a tenant with a sender.
  void add(TenantId id, String name) {
    db.useTenant(
        id,
        tx -> {
          tx.handle()
              .execute(
                  """
                  insert into tenant (tenant_id, name, state, created_at)
                  values (?, ?, 'active', ?)
                  """,
                  id.uuid(),
                  name,
                  java.time.OffsetDateTime.ofInstant(now.get(), java.time.ZoneOffset.UTC));
          tx.handle()
              .execute(
                  """
                  insert into sender (tenant_id, address, name, product, is_default, created_at)
                  values (?, 'hello@acme.test', 'Acme', 'Acme', true, ?)
                  """,
                  id.uuid(),
                  java.time.OffsetDateTime.ofInstant(now.get(), java.time.ZoneOffset.UTC));
        });
  }

  /// A connection, as far as intake needs one.
  Inbox.Source connection(TenantId owner) {
    return new Inbox.Source(owner, ids.next(), "stripe", List.of(Secret.of("s")));
  }

  Received receive(Inbox.Source from, String body) {
    return receive(from, body.getBytes(StandardCharsets.UTF_8));
  }

  Received receive(Inbox.Source from, byte[] body) {
    InboundHeaders none = _ -> Optional.empty();
    return inbox.receive(from, none, new Delivery(Map.of(), body)).orElseThrow();
  }

  /// A process of its own with workers: when it crashes, its connections are gone with whatever
  /// they were at, and it does nothing any more.
  final class Node implements AutoCloseable {
    private final Database own = database.open();
    private final AtomicBoolean crashed = new AtomicBoolean();
    private final LaneWorkers workers;

    /// @param crash asked before each of its commits whether it dies just there
    Node(BooleanSupplier crash) {
      workers =
          LifeEngine.this.workers(
              own,
              () -> {
                if (!crashed.get() && crash.getAsBoolean()) {
                  crashed.set(true);
                  own.close();
                }
                return crashed.get();
              });
    }

    int claimAndRun() {
      return workers.claimAndRun();
    }

    boolean hasCrashed() {
      return crashed.get();
    }

    @Override
    public void close() {
      own.close();
    }
  }

  private LaneWorkers workers(Database own, BooleanSupplier crash) {
    var run =
        new LaneRun(
            own,
            List.of(new Crashing(applier, crash, batches)),
            (_, _, stored) -> Delivery.unpack(stored).body(),
            new RetrySchedule(List.of(Duration.ofMinutes(1), Duration.ofMinutes(2)), 0),
            clock,
            64);
    return new LaneWorkers(own, run, new Signal(), () -> false, clock, LaneWorkers.Limits.DEFAULT);
  }

  /// Applies all that waits.
  void runAll() {
    LaneWorkers workers = workers(db, () -> false);
    while (workers.claimAndRun() > 0) {
      // Goes on while there is work.
    }
  }

  void later(Duration time) {
    now.set(now.get().plus(time));
  }

  /// Rows as superuser sees them.
  List<List<String>> rows(String sql) {
    return rows("set search_path = tenon", sql);
  }

  /// The same after settings of the session.
  List<List<String>> rows(String settings, String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path = tenon");
      statement.execute(settings);
      try (var found = statement.executeQuery(sql)) {
        int columns = found.getMetaData().getColumnCount();
        List<List<String>> rows = new java.util.ArrayList<>();
        while (found.next()) {
          List<String> row = new java.util.ArrayList<>(columns);
          for (int i = 1; i <= columns; i++) {
            row.add(String.valueOf(found.getString(i)));
          }
          rows.add(row);
        }
        return rows;
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /// Changes rows as superuser.
  void change(String sql) {
    try (var connection = database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path = tenon");
      statement.execute(sql);
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  @Override
  public void close() {
    writer.close();
    db.close();
    EventsFit.check(database);
    database.close();
  }

  /// Facts that were applied together, and by how many statements.
  record Batch(int facts, int statements) {}

  /// The process dies after the work of a batch and before its commit.
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  private record Crashing(FactApplier real, BooleanSupplier crash, List<Batch> batches)
      implements FactApplier {
    @Override
    public String provider() {
      return real.provider();
    }

    @Override
    public List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
      var counted = new AtomicInteger();
      tx.handle()
          .getConfig(SqlStatements.class)
          .setSqlLogger(
              new SqlLogger() {
                @Override
                public void logBeforeExecution(StatementContext context) {
                  counted.incrementAndGet();
                }
              });
      List<Applied> applied = real.apply(tx, owner, connection, facts);
      batches.add(new Batch(facts.size(), counted.get()));
      if (crash.getAsBoolean()) {
        throw new Crash();
      }
      return applied;
    }
  }

  private static final class Unsigned implements InboundProvider {
    private final StripeInbound real;

    Unsigned(Database db, InstantSource clock) {
      real = new StripeInbound(new ConnectedAccounts(db, clock, "stripe")::find);
    }

    @Override
    public String provider() {
      return real.provider();
    }

    @Override
    public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant now) {
      return new Verdict.Valid(0);
    }

    @Override
    public Inbox.Source belongsTo(Inbox.Source source, Reading.Facts facts) {
      return real.belongsTo(source, facts);
    }

    @Override
    public Reading read(byte[] body, InboundHeaders headers) {
      return real.read(body, headers);
    }
  }

  private static final class NoSeal implements MailSeal {
    @Override
    public byte[] seal(TenantId tenant, UUID message, byte[] plain) {
      return plain;
    }

    @Override
    public byte[] open(TenantId tenant, UUID message, byte[] sealed) {
      return sealed;
    }
  }
}
