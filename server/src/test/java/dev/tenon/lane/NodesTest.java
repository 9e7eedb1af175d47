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
import java.nio.charset.StandardCharsets;
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

  private void awaitApplied(int count) throws InterruptedException {
    assertThat(applied.tryAcquire(count, PATIENCE.toSeconds(), TimeUnit.SECONDS))
        .as("%d applied within %s", count, PATIENCE)
        .isTrue();
  }

  private NodeBell bell(Signal signal) {
    return new NodeBell(database.address(), Map.of("facts", signal), NodeBell.Pace.DEFAULT);
  }

  private LaneWorkers workers(Database db, Signal work, int threads, LaneRun.DeliveryVault vault) {
    var run =
        new LaneRun(
            db,
            List.of(new Counter(applied)),
            vault,
            RetrySchedule.FACTS,
            new Signal(),
            clock,
            16);
    return new LaneWorkers(
        db,
        run,
        work,
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
    public Verdict verify(byte[] body, InboundHeaders headers, List<Secret> secrets, Instant now) {
      return new Verdict.Valid(0);
    }

    @Override
    public Reading read(byte[] body) {
      String text = new String(body, StandardCharsets.UTF_8);
      return new Reading.Facts(List.of(new ReadFact(text, text, "k", text, Instant.EPOCH)));
    }
  }
}
