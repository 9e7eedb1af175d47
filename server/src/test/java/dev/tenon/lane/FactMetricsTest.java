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
import dev.tenon.inbox.InboxMeters;
import dev.tenon.inbox.InboxWriter;
import dev.tenon.inbox.ReadFact;
import dev.tenon.inbox.Reading;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.tenant.TenantId;
import dev.tenon.work.RetrySchedule;
import dev.tenon.work.Signal;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What intake and lanes count, with a provider whose body is the name of one fact: `bad` ones
/// fail.
class FactMetricsTest {
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-24T10:00:00Z"));
  private final InstantSource clock = now::get;
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters meters = new Meters(registry);
  private final Inbox.Source source =
      new Inbox.Source(
          new TenantId(UUID.randomUUID()), UUID.randomUUID(), "names", List.of(Secret.of("s")));
  private TestDatabase database;
  private Database db;
  private InboxWriter writer;
  private Inbox inbox;
  private LaneWorkers workers;
  private FactBacklog backlog;

  @BeforeEach
  void start() {
    database = TestDatabase.fresh();
    db = database.open();
    writer =
        new InboxWriter(
            db.engineSource(), new Signal(), InboxWriter.Limits.DEFAULT, new InboxMeters(meters));
    writer.start();
    inbox =
        new Inbox(
            List.of(new Names()), writer, (owner, event, packed) -> packed, new Ids(clock), clock);
    var run =
        new LaneRun(
            db,
            List.of(new Applier()),
            (owner, event, stored) -> Delivery.unpack(stored).body(),
            new RetrySchedule(List.of(Duration.ofMinutes(1)), 0),
            clock,
            128,
            meters);
    workers =
        new LaneWorkers(db, run, new Signal(), () -> false, clock, LaneWorkers.Limits.DEFAULT);
    backlog = new FactBacklog(db, meters, clock);
  }

  @AfterEach
  void stop() {
    writer.close();
    db.close();
    database.close();
  }

  @Test
  void intakeCountsWhatIsNewAndWhatCameAgain() {
    receive("a");
    receive("b");
    receive("a");

    assertThat(meters.counter(Metric.INBOX_ACCEPTED, "names").count()).isEqualTo(2);
    assertThat(meters.counter(Metric.INBOX_DUPLICATE, "names").count()).isEqualTo(1);
    assertThat(meters.summary(Metric.INBOX_BATCH).totalAmount()).isEqualTo(3);
    assertThat(meters.timer(Metric.INBOX_COMMIT).count()).isEqualTo(3);
    assertThat(gauge("tenon.inbox.waiting")).isZero();
  }

  @Test
  void lanesCountHowFactsEndAndHowLongTheyWaited() {
    receive("a");
    receive("other");
    now.set(now.get().plusSeconds(90));
    runAll();

    assertThat(ended("applied")).isEqualTo(1);
    assertThat(ended("ignored")).isEqualTo(1);
    assertThat(meters.timer(Metric.FACTS_DELAY, "names").max(java.util.concurrent.TimeUnit.SECONDS))
        .isBetween(90.0, 91.0);
  }

  @Test
  void aTryThatIsRolledBackIsAFailureAndNoEnd() {
    receive("bad");
    receive("a");
    runAll();

    assertThat(ended("applied")).isEqualTo(1);
    assertThat(ended("dead")).isZero();
    assertThat(meters.counter(Metric.FACTS_FAILED, "names").count()).isEqualTo(1);

    now.set(now.get().plus(Duration.ofMinutes(2)));
    int woken = db.asEngine(tx -> new LaneStore().wake(tx, now.get(), 100));
    assertThat(woken).isEqualTo(1);
    runAll();

    assertThat(ended("dead")).isEqualTo(1);
    assertThat(ended("applied")).isEqualTo(1);
    assertThat(meters.counter(Metric.FACTS_FAILED, "names").count()).isEqualTo(2);
  }

  @Test
  void theBacklogTellsWhatWaitsAndForHowLong() {
    backlog.sample();
    assertThat(gauge("tenon.facts.oldest.age.seconds")).isZero();

    receive("bad");
    runAll();
    receive("a");
    now.set(now.get().plusSeconds(40));
    receive("b");
    backlog.sample();

    assertThat(waiting("ready")).isEqualTo(2);
    assertThat(waiting("asleep")).isEqualTo(1);
    assertThat(gauge("tenon.lanes.held")).isEqualTo(1);
    assertThat(gauge("tenon.facts.oldest.age.seconds")).isEqualTo(40);

    runAll();
    backlog.sample();
    assertThat(waiting("ready")).isZero();
    assertThat(gauge("tenon.facts.oldest.age.seconds")).isZero();
  }

  @Test
  void theOldestIsFoundAmongManyTenants() {
    for (int i = 0; i < 20; i++) {
      var other =
          new Inbox.Source(
              new TenantId(UUID.randomUUID()), UUID.randomUUID(), "names", List.of(Secret.of("s")));
      receive(other, "x" + i);
      now.set(now.get().plusSeconds(1));
    }
    backlog.sample();
    assertThat(waiting("ready")).isEqualTo(20);
    assertThat(gauge("tenon.facts.oldest.age.seconds")).isEqualTo(20);
  }

  private double ended(String state) {
    return meters.counter(Metric.FACTS_ENDED, "names", state).count();
  }

  private double waiting(String state) {
    return registry.get("tenon.facts.waiting").tag("state", state).gauge().value();
  }

  private double gauge(String name) {
    return registry.get(name).gauge().value();
  }

  private void receive(String name) {
    receive(source, name);
  }

  private void receive(Inbox.Source from, String name) {
    InboundHeaders none = _ -> Optional.empty();
    assertThat(
            inbox.receive(
                from, none, new Delivery(Map.of(), name.getBytes(StandardCharsets.UTF_8))))
        .isPresent();
  }

  private void runAll() {
    int claimed;
    do {
      claimed = workers.claimAndRun();
    } while (claimed > 0);
  }

  private static final class Applier implements FactApplier {
    @Override
    public String provider() {
      return "names";
    }

    @Override
    public List<Applied> apply(
        EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts) {
      return facts.stream()
          .map(
              fact ->
                  switch (fact.kind()) {
                    case "bad" -> throw new IllegalStateException("bad");
                    case "other" -> (Applied) new Applied.Ignored("not ours");
                    default -> new Applied.Changed(owner, "done");
                  })
          .toList();
    }
  }

  private static final class Names implements InboundProvider {
    @Override
    public String provider() {
      return "names";
    }

    @Override
    public Verdict verify(byte[] body, InboundHeaders headers, Inbox.Source source, Instant at) {
      return new Verdict.Valid(0);
    }

    @Override
    public Reading read(byte[] body, InboundHeaders headers) {
      String name = new String(body, StandardCharsets.UTF_8);
      return new Reading.Facts(List.of(new ReadFact(name, name, name, name, Instant.EPOCH)));
    }
  }
}
