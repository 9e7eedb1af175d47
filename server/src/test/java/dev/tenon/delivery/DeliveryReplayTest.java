package dev.tenon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.replay.ReplayStep;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Replays of many deliveries: which of them go back into the queue, step by step. Nothing is
/// called: what is asked is what stands in the queue.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveryReplayTest {
  private static final UUID START = new UUID(0, 0);

  private final DeliveryBed bed = new DeliveryBed();
  private final DeliveryReplayStore store = new DeliveryReplayStore();
  private TenantId acme = bed.tenant("Before");

  @BeforeEach
  void tenant() {
    acme = bed.tenant("Acme");
  }

  @AfterAll
  void stop() {
    bed.close();
  }

  private DeliveryReplay.Filter filter(
      DeliveryReplay.Which which, @Nullable UUID endpoint, @Nullable String type) {
    return new DeliveryReplay.Filter(
        which, endpoint, type, Instant.EPOCH, bed.clock.instant().plusSeconds(1), 10_000);
  }

  private UUID endpoint(String path) {
    return bed.endpoint(acme, path).endpoint().id();
  }

  /// Makes every other delivery of the tenant's queue one that is over, in each of these states.
  private void end(String... states) {
    for (int i = 0; i < states.length; i++) {
      try (var connection = bed.database.connectAsAdministrator();
          var statement = connection.createStatement()) {
        statement.execute("set search_path = tenon");
        statement.execute(
            """
            with gone as (
              delete from waiting_delivery where tenant_id = '%s' and id in (
                select id from waiting_delivery where tenant_id = '%s' order by id limit 2)
              returning *
            )
            insert into delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about,
              ordered, created_at, state, attempts, starts, reason, finished_at)
            select tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about, ordered,
              created_at, '%s', 10, 10, '', created_at from gone
            """
                .formatted(acme.uuid(), acme.uuid(), states[i]));
      } catch (java.sql.SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private long waiting(String and) {
    return bed.count(
        "select count(*) from waiting_delivery where tenant_id = '%s' %s"
            .formatted(acme.uuid(), and));
  }

  private Optional<ReplayStep> step(
      TenantId tenant, DeliveryReplay.Filter filter, UUID cursor, int limit) {
    return bed.db.asEngine(tx -> store.step(tx, tenant, filter, cursor, limit));
  }

  @Test
  void eachStateTypeEndpointAndTimeFindsItsOwn() {
    UUID one = endpoint("/one");
    for (int i = 0; i < 6; i++) {
      bed.tell(acme, DeliveryBed.about("cus_" + i));
    }
    end("failed", "cancelled", "delivered");
    assertThat(waiting("")).isZero();
    for (DeliveryReplay.Which which :
        List.of(
            DeliveryReplay.Which.FAILED,
            DeliveryReplay.Which.CANCELLED,
            DeliveryReplay.Which.DELIVERED)) {
      DeliveryReplay.Filter right = filter(which, one, EventType.CUSTOMER_CREATED.text());
      assertThat(bed.deliveries().count(acme, right)).isEqualTo(2);
      // Another tenant's, another type's, another endpoint's, and what was told at another time.
      assertThat(step(bed.tenant("Other"), right, START, 500)).isEmpty();
      assertThat(step(acme, filter(which, one, "payment.failed"), START, 500)).isEmpty();
      assertThat(step(acme, filter(which, UUID.randomUUID(), null), START, 500)).isEmpty();
      Instant first = bed.clock.instant();
      assertThat(
              step(
                  acme,
                  new DeliveryReplay.Filter(which, one, null, Instant.EPOCH, first, 100),
                  START,
                  500))
          .isEmpty();
      long before = waiting("");
      assertThat(step(acme, right, START, 500).orElseThrow().count()).isEqualTo(2);
      assertThat(waiting("")).isEqualTo(before + 2);
    }
    assertThat(waiting("and failures = 0 and token is null and wake_at is null")).isEqualTo(6);
  }

  @Test
  void stepsGoOnWhereTheLastOneEndedAndRepeatNothing() {
    endpoint("/steps");
    for (int i = 0; i < 4; i++) {
      bed.tell(acme, DeliveryBed.about("cus_" + i));
    }
    end("failed", "failed");
    DeliveryReplay.Filter failed = filter(DeliveryReplay.Which.FAILED, null, null);
    ReplayStep first = step(acme, failed, START, 3).orElseThrow();
    assertThat(first.count()).isEqualTo(3);
    assertThat(first.more()).isTrue();
    // A node that died after its commit and before it knew of it takes the same step again.
    ReplayStep again = step(acme, failed, START, 1).orElseThrow();
    assertThat(again.count()).isEqualTo(1);
    assertThat(step(acme, failed, again.cursor(), 3)).isEmpty();
    assertThat(waiting("")).isEqualTo(4);
    assertThat(bed.count("select count(*) from delivery where tenant_id = '" + acme.uuid() + "'"))
        .isZero();
  }

  @Test
  void oneThatIsCancelledPutsNothingBackAnyMore() {
    endpoint("/cancel");
    bed.tell(acme, DeliveryBed.about("cus_1"), DeliveryBed.about("cus_2"));
    end("failed");
    Deliveries deliveries = bed.deliveries();
    DeliveryReplay.Filter failed = filter(DeliveryReplay.Which.FAILED, null, null);
    UUID id = deliveries.start(acme, null, failed, "a person").orElseThrow().id();
    assertThat(deliveries.cancel(bed.tenant("Other"), id)).isFalse();
    assertThat(deliveries.cancel(acme, id)).isTrue();
    assertThat(deliveries.cancel(acme, id)).isFalse();
    assertThat(deliveries.find(acme, id).orElseThrow().state()).isEqualTo("cancelled");
    boolean goesOn = bed.db.asEngine(tx -> store.lockRunning(tx, acme, id).isPresent());
    assertThat(goesOn).isFalse();
  }

  @Test
  void twoAtOnceQueueWhatIsMissingOnce() throws InterruptedException, ExecutionException {
    UUID one = endpoint("/missing");
    bed.db.useTenant(acme, tx -> bed.endpoints.disable(tx, one, "a test"));
    List<NewEvent> told = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      told.add(
          new NewEvent(
              EventType.ENDPOINT_FAILING,
              "ep_" + i,
              Map.of(
                  "tenant",
                  acme.toString(),
                  "host",
                  "app.test",
                  "failing_since",
                  bed.clock.instant().toString(),
                  "failures",
                  10,
                  "last_error",
                  "x"),
              null));
    }
    bed.tell(acme, told.toArray(NewEvent[]::new));
    DeliveryReplay.Filter missing = filter(DeliveryReplay.Which.MISSING, one, null);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<ReplayStep>> second =
          bed.db.asEngine(
              tx -> {
                assertThat(store.step(tx, acme, missing, START, 500).orElseThrow().count())
                    .isEqualTo(20);
                Future<Optional<ReplayStep>> other =
                    threads.submit(() -> step(acme, missing, START, 500));
                // It waits for us, or has done what it should not.
                bed.await(
                    () ->
                        other.isDone()
                            || bed.count(
                                    "select count(*) from pg_stat_activity where datname ="
                                        + " current_database() and wait_event_type = 'Lock'")
                                > 0,
                    true);
                return other;
              });
      assertThat(second.get()).isEmpty();
    }
    assertThat(waiting("")).isEqualTo(20);
  }

  @Test
  void aShortPageIsTheLastOneHoweverManyOthersWait() throws java.sql.SQLException {
    UUID one = endpoint("/list");
    bed.tell(acme, DeliveryBed.about("cus_1"), DeliveryBed.about("cus_2"));
    try (var connection = bed.database.connectAsAdministrator();
        var statement = connection.createStatement()) {
      statement.execute("set search_path = tenon");
      statement.execute(
          """
          update waiting_delivery set token = 1, wake_at = now() + interval '1 hour'
          where tenant_id = '%s' and about = 'cus_1'
          """
              .formatted(acme.uuid()));
      statement.execute(
          """
          insert into waiting_delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type,
            about, seq, ordered, created_at)
          select w.tenant_id, (left(w.id::text, 19) || 'ffff-' || lpad(to_hex(i), 12, '0'))::uuid,
            w.endpoint_id, w.event_tenant_id, w.event_id, w.type, 'more', i, false, w.created_at
          from waiting_delivery w, generate_series(1, 10050) i
          where w.tenant_id = '%s' and w.about = 'cus_2'
          """
              .formatted(acme.uuid()));
    }
    for (Delivery.State state : List.of(Delivery.State.SENDING, Delivery.State.WAITING)) {
      var filter =
          new DeliveryFilter(
              one,
              state,
              null,
              null,
              bed.clock.instant().minus(Duration.ofDays(1)),
              bed.clock.instant().plus(Duration.ofDays(1)));
      int rows = state == Delivery.State.SENDING ? 25 : 10_060;
      List<Delivery> found =
          bed.db.asTenant(acme, tx -> Deliveries.list(tx, filter, Optional.empty(), rows));
      assertThat(found).hasSize(state == Delivery.State.SENDING ? 1 : 10_051);
      assertThat(found).extracting(Delivery::state).containsOnly(state);
    }
  }
}
