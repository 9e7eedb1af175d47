package dev.tenon.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.Verdict;
import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.db.TestDatabase;
import dev.tenon.id.Ids;
import dev.tenon.inbox.Delivery;
import dev.tenon.inbox.InboundHeaders;
import dev.tenon.inbox.InboundProvider;
import dev.tenon.inbox.Inbox;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import dev.tenon.inbox.Received;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.NodeBell;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Nodes side by side on one database, with their own threads. Workers look by themselves once an
/// hour only, so whatever happens sooner was a signal.
class NodesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final InstantSource clock = InstantSource.system();
  private final TestDatabase database = TestDatabase.fresh();
  private final Semaphore applied = new Semaphore(0);

  @AfterEach
  void drop() {
    database.close();
  }

  @Test
  void whatOneNodeTakesInAnotherAppliesAtOnce() throws Exception {
    var here = new Signal();
    var there = new Signal();
    try (Database a = database.open();
        Database b = database.open();
        NodeBell bellA = bell(here);
        NodeBell bellB = bell(there);
        InboxWriter writer = new InboxWriter(a.engineSource(), here, InboxWriter.Limits.DEFAULT);
        LaneWorkers workers = workers(b, there, 2, (owner, event, stored) -> stored)) {
      bellB.start();
      workers.start();
      writer.start();
      bellA.start();
      receive(writer, new TenantId(UUID.randomUUID()), (owner, event, packed) -> packed);
      awaitApplied(1);
    }
  }

  /// While one batch is being applied the rest waits; a stop finishes the batch and leaves no lane
  /// that anybody would have to wait for.
  @Test
  void aStopUnderLoadLeavesNoLeaseBehind() throws Exception {
    var stored = new Signal();
    try (Database db = database.open();
        InboxWriter writer =
            new InboxWriter(db.engineSource(), stored, InboxWriter.Limits.DEFAULT)) {
      writer.start();
      for (int i = 0; i < 200; i++) {
        receive(writer, new TenantId(UUID.randomUUID()), (owner, event, packed) -> packed);
      }
      LaneWorkers workers = workers(db, stored, 2, (owner, event, sealedBody) -> sealedBody);
      workers.start();
      awaitApplied(1);
      workers.close();
      assertThat(count(db, "lane")).isZero();
      assertThat(count(db, "fact") + count(db, "waiting_fact")).isEqualTo(200);
    }
  }

  /// The commit went through and its answer was lost. The sender is told to come back; what he
  /// sends again is recognised.
  @Test
  void anInDoubtCommitIsNotAcknowledgedAndItsRepeatIsKnown() {
    try (Database db = database.open()) {
      var doubtful = new LostAnswers(db.engineSource());
      try (InboxWriter writer =
          new InboxWriter(doubtful.source(), new Signal(), InboxWriter.Limits.DEFAULT)) {
        writer.start();
        doubtful.losing.set(true);
        assertThat(take(writer, "same")).contains(new Received.Busy());
        doubtful.losing.set(false);
        assertThat(take(writer, "same")).contains(new Received.Accepted(false));
      }
      assertThat(count(db, "received_event")).isEqualTo(1);
      assertThat(count(db, "waiting_fact")).isEqualTo(1);
    }
  }

  private final TenantId same = new TenantId(UUID.randomUUID());
  private final UUID connection = UUID.randomUUID();

  private Optional<Received> take(InboxWriter writer, String text) {
    var inbox =
        new Inbox(
            List.of(new Anything()),
            writer,
            (owner, event, packed) -> packed,
            new Ids(clock),
            clock);
    return inbox.receive(
        new Inbox.Source(same, connection, "any", List.of(Secret.of("s"))),
        _ -> Optional.empty(),
        new Delivery(Map.of(), text.getBytes(StandardCharsets.UTF_8)));
  }

  private static long count(Database db, String table) {
    return db.asEngine(
        tx -> tx.handle().createQuery("select count(*) from " + table).mapTo(Long.class).one());
  }

  /// Connections whose statements commit and which then say that they are broken.
  private static final class LostAnswers {
    final AtomicBoolean losing = new AtomicBoolean();
    private final DataSource real;

    LostAnswers(DataSource real) {
      this.real = real;
    }

    DataSource source() {
      return proxy(
          DataSource.class,
          real,
          (method, result) ->
              result instanceof Connection one
                  ? proxy(Connection.class, one, this::afterCall)
                  : result);
    }

    private @Nullable Object afterCall(String method, @Nullable Object result) {
      return result instanceof PreparedStatement statement
          ? proxy(PreparedStatement.class, statement, this::afterStatement)
          : result;
    }

    private @Nullable Object afterStatement(String method, @Nullable Object result)
        throws SQLException {
      if (method.startsWith("execute") && losing.get()) {
        throw new SQLException("the answer is lost", "08006");
      }
      return result;
    }

    private interface After {
      @Nullable Object apply(String method, @Nullable Object result) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T real, After after) {
      return type.cast(
          Proxy.newProxyInstance(
              type.getClassLoader(),
              new Class<?>[] {type},
              (_, method, arguments) -> {
                try {
                  return after.apply(method.getName(), method.invoke(real, arguments));
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }
  }

  private void awaitApplied(int count) throws InterruptedException {
    assertThat(applied.tryAcquire(count, PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%d applied within %s", count, PATIENCE)
        .isTrue();
  }

  private NodeBell bell(Signal signal) {
    return new NodeBell(database.address(), Map.of("facts", signal), NodeBell.Pace.DEFAULT);
  }

  private LaneWorkers workers(Database db, Signal work, int threads, LaneRun.DeliveryVault vault) {
    var run = new LaneRun(db, List.of(new Counter(applied)), vault, RetrySchedule.FACTS, clock, 16);
    return new LaneWorkers(
        db,
        run,
        work,
        () -> false,
        clock,
        new LaneWorkers.Limits(threads, 1, 1, 16, Duration.ofSeconds(60), Duration.ofHours(1)));
  }

  private void receive(InboxWriter writer, TenantId tenant, Inbox.DeliverySeal seal) {
    var inbox = new Inbox(List.of(new Anything()), writer, seal, new Ids(clock), clock);
    InboundHeaders none = _ -> Optional.empty();
    Optional<Received> received =
        inbox.receive(
            new Inbox.Source(tenant, UUID.randomUUID(), "any", List.of(Secret.of("s"))),
            none,
            new Delivery(Map.of(), UUID.randomUUID().toString().getBytes(StandardCharsets.UTF_8)));
    assertThat(received).contains(new Received.Accepted(true));
  }

  private record Counter(Semaphore applied) implements FactApplier {
    @Override
    public String provider() {
      return "any";
    }

    @Override
    public List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
      List<Applied> results = new ArrayList<>();
      facts.forEach(fact -> results.add(new Applied.Changed(owner, "seen")));
      applied.release(facts.size());
      return results;
    }
  }

  private static final class Anything implements InboundProvider {
    @Override
    public String provider() {
      return "any";
    }

    @Override
    public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant now) {
      return new Verdict.Valid(0);
    }

    @Override
    public Reading read(byte[] body, InboundHeaders headers) {
      String text = new String(body, StandardCharsets.UTF_8);
      return new Reading.Facts(List.of(new ReadFact(text, text, "k", text, Instant.EPOCH)));
    }
  }
}
