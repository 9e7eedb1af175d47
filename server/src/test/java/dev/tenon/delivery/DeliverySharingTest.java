package dev.tenon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.delivery.Receiver.Answer;
import dev.tenon.delivery.Receiver.Call;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.event.NewEvent;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Many deliveries at once: in order where that is asked for, within rates, over several nodes, and
/// none at the cost of another.
class DeliverySharingTest {
  private final DeliveryBed bed = new DeliveryBed();
  private final TenantId acme = bed.tenant("Acme");

  @AfterEach
  void stop() {
    bed.close();
  }

  @Test
  void anOrderedEndpointGetsTheEventsOfAnObjectOneByOneAndAFailureHoldsThatObjectAlone() {
    AtomicInteger failing = new AtomicInteger(1);
    bed.receiver.answer(
        "/all",
        call ->
            call.about().equals("cus_bad") && failing.getAndSet(0) == 1
                ? Answer.of(500)
                : Answer.of(200));
    bed.endpoint(acme, "/all", DeliveryBed.ordered());
    bed.node();
    bed.db.useTenant(
        acme,
        tx -> {
          for (int i = 0; i < 20; i++) {
            bed.events.tell(
                tx, List.of(DeliveryBed.about("cus_bad"), DeliveryBed.about("cus_" + i % 2)));
          }
        });

    bed.awaitCount("select count(*) from delivery where about <> 'cus_bad'", 20);
    assertThat(bed.count("select count(*) from waiting_delivery")).isEqualTo(20);
    assertThat(bed.receiver.calls("/all").stream().filter(c -> c.about().equals("cus_bad")))
        .hasSize(1);
    bed.pass(Duration.ofSeconds(7));

    bed.awaitCount("select count(*) from delivery", 40);
    List<Call> calls = bed.receiver.calls("/all");
    for (String about : List.of("cus_bad", "cus_0", "cus_1")) {
      assertThat(calls.stream().filter(call -> call.about().equals(about)).map(Call::id).distinct())
          .isSorted();
    }
    assertThat(calls).hasSize(41);
  }

  @Test
  void aSlowAndADeadEndpointDelayNobodyElse() {
    var hang = new CountDownLatch(1);
    var atOnce = new AtomicInteger();
    bed.receiver.answer(
        "/slow",
        _ -> {
          try {
            atOnce.incrementAndGet();
            hang.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          return Answer.of(200);
        });
    TenantId slow = bed.tenant("Slow");
    TenantId dead = bed.tenant("Dead");
    bed.endpoint(slow, "/slow");
    bed.endpoint(
        dead,
        DeliveryBed.to(java.net.URI.create("http://127.0.0.1:1/")),
        Endpoint.Signing.V1,
        Map.of());
    bed.endpoint(acme, "/well");
    bed.node(new DeliveryWorkers.Limits(64, 16, 64, Duration.ofSeconds(60), Duration.ofMillis(10)));
    bed.tell(slow, many());
    bed.tell(dead, many());
    bed.receiver.await("/slow", 16);
    long start = System.nanoTime();
    bed.tell(acme, many());
    bed.receiver.await("/well", 200);
    // Less than a call to the slow one may take, on the busiest machine too.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(atOnce).hasValueLessThanOrEqualTo(32);
    // The dead one rests after its first failures.
    bed.await(
        () -> bed.count("select count(*) from endpoint_health where probe_at is not null"), 1L);
    assertThat(bed.count("select sum(attempts) from waiting_delivery where starts > 0"))
        .isLessThan(60);
    hang.countDown();
    bed.pass(Duration.ofMinutes(2));
    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 400);
  }

  @Test
  void theRateIsKeptOverAllNodes() {
    bed.endpoint(acme, "/all", DeliveryBed.rate(5));
    bed.node();
    bed.node();
    for (int i = 0; i < 12; i++) {
      bed.tell(acme, DeliveryBed.about("cus_" + i));
    }
    for (int i = 1; i <= 12; i++) {
      bed.receiver.await("/all", i);
      bed.awaitCount("select count(*) from waiting_delivery where token is not null", 0);
      assertThat(bed.receiver.calls("/all")).as("after %d fifths of a second", i).hasSize(i);
      bed.pass(Duration.ofMillis(200));
    }
    bed.awaitCount("select count(*) from delivery", 12);
  }

  @Test
  void aDeliveryOfAWorkerThatDiedIsMadeAgain() {
    bed.endpoint(acme, "/all");
    UUID id = bed.tell(acme, DeliveryBed.about("cus_a")).getFirst();
    // A node that takes it and is never heard of again.
    var lost =
        new DeliveryClaims(
            bed.db, new InFlight(16, 64, () -> {}), bed.clock, Duration.ofSeconds(60), 64);
    List<Claimed> taken = lost.take(Duration.ofSeconds(1)).deliveries();
    assertThat(taken).singleElement().extracting(Claimed::event).isEqualTo(id);
    bed.node();
    bed.pass(Duration.ofSeconds(59));
    assertThat(bed.receiver.calls("/all")).isEmpty();
    bed.pass(Duration.ofSeconds(2));
    bed.receiver.await("/all", 1);
    bed.awaitCount("select count(*) from delivery where starts = 2 and attempts = 1", 1);

    // It comes back late, and is not believed.
    var store = new OutcomeStore();
    assertThat(
            bed.db.<java.util.Set<UUID>>asEngine(
                tx ->
                    store.finish(
                        tx,
                        List.of(
                            new Ended(
                                taken.getFirst(), null, new Ended.Next.Over("failed", "late"))),
                        bed.clock.instant())))
        .isEmpty();
  }

  @Test
  void twoNodesShareTheWorkAndMakeEachCallOnce() {
    bed.endpoint(acme, "/all");
    bed.endpoint(acme, "/ordered", DeliveryBed.ordered());
    bed.node();
    bed.node();
    for (int i = 0; i < 100; i++) {
      bed.tell(acme, DeliveryBed.about("cus_" + i % 7), DeliveryBed.about("cus_" + i % 3));
    }
    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 400);
    assertThat(bed.receiver.calls("/all").stream().map(Call::id))
        .hasSize(200)
        .doesNotHaveDuplicates();
    List<Call> ordered = bed.receiver.calls("/ordered");
    assertThat(ordered.stream().map(Call::id)).hasSize(200).doesNotHaveDuplicates();
    for (int i = 0; i < 7; i++) {
      String about = "cus_" + i;
      assertThat(ordered.stream().filter(c -> c.about().equals(about)).map(Call::id)).isSorted();
    }
  }

  private static NewEvent[] many() {
    return IntStream.range(0, 200)
        .mapToObj(i -> DeliveryBed.about("cus_" + i))
        .toArray(NewEvent[]::new);
  }
}
