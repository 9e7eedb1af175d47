package dev.tenon.lane;

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
import dev.tenon.inbox.Received;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/// Intake and lanes on a real database with a clock that the test moves, for a provider whose
/// bodies are lines of `name lane` and are not signed.
final class LinesBed implements AutoCloseable {
  private static final String PROVIDER = "lines";

  final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  final InstantSource clock = now::get;
  final TenantId tenant = new TenantId(UUID.randomUUID());

  /// How many bodies were opened.
  final AtomicInteger opened = new AtomicInteger();

  final TestDatabase database = TestDatabase.fresh();
  final Database db = database.open();
  private final UUID connection = UUID.randomUUID();
  private final InboxWriter writer =
      new InboxWriter(db.engineSource(), new Signal(), InboxWriter.Limits.DEFAULT);
  private final Inbox inbox =
      new Inbox(List.of(new Lines()), writer, (_, _, packed) -> packed, new Ids(clock), clock);

  LinesBed() {
    writer.start();
  }

  @Override
  public void close() {
    writer.close();
    db.close();
    database.close();
  }

  /// A node that applies by `applier`.
  LaneWorkers node(
      FactApplier applier, List<Duration> waits, Signal work, LaneWorkers.Limits limits) {
    var run =
        new LaneRun(
            db,
            List.of(applier),
            (_, _, stored) -> {
              opened.incrementAndGet();
              return Delivery.unpack(stored).body();
            },
            new RetrySchedule(waits, 0),
            clock,
            128);
    return new LaneWorkers(db, run, work, () -> false, clock, limits);
  }

  Received receive(String body) {
    return receive(tenant, body);
  }

  Received receive(TenantId owner, String body) {
    InboundHeaders none = _ -> Optional.empty();
    return inbox
        .receive(
            new Inbox.Source(owner, connection, PROVIDER, List.of(Secret.of("s"))),
            none,
            new Delivery(Map.of(), body.getBytes(StandardCharsets.UTF_8)))
        .orElseThrow();
  }

  /// Claims all that is ready for a node, for a minute.
  ClaimStore.Claimed claim(UUID node) {
    return db.atOnce(
        tx ->
            new ClaimStore()
                .claim(
                    tx,
                    node,
                    new ClaimStore.ClaimSize(10, 10, 10),
                    ClaimStore.beforeAll(),
                    now.get(),
                    now.get().plusSeconds(60)));
  }

  List<String> texts(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(String.class).list());
  }

  long number(String sql) {
    return db.asEngine(tx -> tx.handle().createQuery(sql).mapTo(Long.class).one());
  }

  /// The names of facts, which this provider has as their kinds.
  static List<String> names(List<WaitingFact> facts) {
    return facts.stream().map(WaitingFact::kind).toList();
  }

  /// What facts come to that all changed something.
  static List<Applied> changed(TenantId owner, List<WaitingFact> facts) {
    return facts.stream()
        .map(fact -> (Applied) new Applied.Changed(owner, "did " + fact.kind()))
        .toList();
  }

  private static final class Lines implements InboundProvider {
    @Override
    public String provider() {
      return PROVIDER;
    }

    @Override
    public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant at) {
      return new Verdict.Valid(0);
    }

    @Override
    public Reading read(byte[] body, InboundHeaders headers) {
      return new Reading.Facts(
          Arrays.stream(new String(body, StandardCharsets.UTF_8).split("\n"))
              .map(line -> line.split(" "))
              .map(part -> new ReadFact(part[0], part[1], part[0], part[1], Instant.EPOCH))
              .toList());
    }
  }
}
