package dev.tenon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.delivery.Receiver.Answer;
import dev.tenon.delivery.Receiver.Call;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Receivers that fail: when a delivery is tried again, and when an endpoint rests, is disabled and
/// comes back.
class DeliveryFailureTest {
  private final DeliveryBed bed = new DeliveryBed();
  private final TenantId acme = bed.tenant("Acme");

  @AfterEach
  void stop() {
    bed.close();
  }

  @Test
  void aFailedDeliveryIsTriedAgainBySchedule() {
    AtomicInteger tries = new AtomicInteger();
    bed.receiver.answer(
        "/all",
        _ ->
            tries.incrementAndGet() < 3
                ? new Answer(
                    500, Map.of("X-Request-Id", "r-1"), "out of\0 order" + "x".repeat(2000))
                : Answer.of(204));
    var made = bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.receiver.await("/all", 1);
    bed.awaitCount("select count(*) from waiting_delivery where failures = 1 and token is null", 1);

    bed.pass(Duration.ofSeconds(3));
    assertThat(bed.receiver.calls("/all")).hasSize(1);
    bed.pass(Duration.ofSeconds(4));
    bed.receiver.await("/all", 2);
    bed.awaitCount("select count(*) from waiting_delivery where failures = 2 and token is null", 1);
    bed.pass(Duration.ofMinutes(6).plusSeconds(1));
    List<Call> calls = bed.receiver.await("/all", 3);

    bed.awaitCount("select count(*) from delivery where state = 'delivered' and attempts = 3", 1);
    assertThat(calls.stream().map(Call::id).distinct()).hasSize(1);
    assertThat(calls.stream().map(Call::body).distinct()).hasSize(1);
    assertThat(calls.stream().map(call -> call.headers().get("webhook-timestamp")).distinct())
        .hasSize(3);
    assertThat(calls.getFirst().isSignedBy(DeliveryBed.secret(made))).isTrue();
    assertThat(
            bed.text(
                """
                select string_agg(number || ' ' || outcome || ' ' || status, ', ' order by number)
                from delivery_attempt
                """))
        .isEqualTo("1 refused 500, 2 refused 500, 3 delivered 204");
    assertThat(bed.text("select headers->>'x-request-id' from delivery_attempt where number = 1"))
        .isEqualTo("r-1");
    assertThat(bed.text("select body from delivery_attempt where number = 1"))
        .startsWith("out of  order")
        .hasSize(1024);
    assertThat(bed.text("select error from delivery_attempt where number = 1"))
        .isEqualTo("the receiver answered 500 (internal error)");
    assertThat(bed.text("select failures::text from endpoint_health")).isEqualTo("0");
  }

  @Test
  void afterTheLastTryItFailsAndAReplayDeliversIt() {
    bed.receiver.answer("/all", _ -> Answer.of(503));
    bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    for (int i = 1; i <= 10; i++) {
      bed.receiver.await("/all", i);
      if (i < 10) {
        bed.awaitCount(
            "select count(*) from waiting_delivery where token is null and failures = " + i, 1);
        bed.pass(Retries.SCHEDULE.waits().get(i - 1).multipliedBy(121).dividedBy(100));
      }
    }
    bed.awaitCount("select count(*) from delivery where state = 'failed' and attempts = 10", 1);
    bed.receiver.answer("/all", _ -> Answer.of(200));
    UUID id = UUID.fromString(bed.text("select id from delivery"));
    assertThat(bed.deliveries().replay(bed.tenant("Other"), id, "a stranger")).isFalse();
    assertThat(bed.deliveries().replay(acme, id, "a person")).isTrue();
    bed.awaitCount("select count(*) from delivery where state = 'delivered' and attempts = 11", 1);
  }

  @Test
  void theWaitThatAReceiverAsksForIsKept() {
    AtomicInteger tries = new AtomicInteger();
    bed.receiver.answer(
        "/all",
        _ ->
            tries.incrementAndGet() == 1
                ? new Answer(429, Map.of("Retry-After", "120"), "")
                : Answer.of(200));
    bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.receiver.await("/all", 1);
    bed.awaitCount("select count(*) from waiting_delivery where failures = 1 and token is null", 1);
    // What is told meanwhile waits as well: the receiver asked for fewer calls.
    bed.tell(acme, DeliveryBed.about("cus_b"));
    bed.pass(Duration.ofSeconds(119));
    assertThat(bed.text("select throttled_until > now() from endpoint_health")).isEqualTo("t");
    assertThat(bed.receiver.calls("/all")).hasSize(1);

    bed.pass(Duration.ofSeconds(2));

    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 2);
  }

  @Test
  void callsThatWereUnderWayDontEndTheWaitThatAReceiverAskedFor() {
    AtomicInteger tries = new AtomicInteger();
    bed.receiver.answer(
        "/all",
        _ -> {
          int number = tries.incrementAndGet();
          if (number == 1) {
            bed.receiver.await("/all", 16);
            return new Answer(429, Map.of("Retry-After", "120"), "");
          }
          if (number > 16) {
            return Answer.of(200);
          }
          bed.awaitCount("select count(*) from waiting_delivery where failures = 1", 1);
          if (number <= 14) {
            return Answer.of(200);
          }
          bed.awaitCount("select count(*) from delivery where state = 'delivered'", 13);
          return Answer.of(500);
        });
    bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(
        acme,
        IntStream.range(0, 16)
            .mapToObj(i -> DeliveryBed.about("cus_" + i))
            .toArray(NewEvent[]::new));
    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 13);
    bed.awaitCount("select count(*) from waiting_delivery where failures = 1 and token is null", 3);
    bed.tell(acme, DeliveryBed.about("cus_b"));
    bed.pass(Duration.ofSeconds(119));
    bed.awaitCount("select count(*) from waiting_delivery where wake_at is null", 3);
    assertThat(bed.receiver.calls("/all")).hasSize(16);

    bed.pass(Duration.ofSeconds(2));

    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 17);
    assertThat(bed.count("select count(*) from endpoint_health where throttled_until is null"))
        .isEqualTo(1);
  }

  @Test
  void aReceiverThatIsGoneIsDisabledAndWhatWaitsIsHeldUntilItIsEnabled() {
    bed.endpoint(TenantId.PLATFORM, "/platform");
    AtomicInteger tries = new AtomicInteger();
    bed.receiver.answer("/all", _ -> Answer.of(tries.incrementAndGet() == 1 ? 410 : 200));
    var made = bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.awaitCount("select count(*) from endpoint where state = 'disabled'", 1);
    bed.awaitCount("select count(*) from waiting_delivery where held", 1);
    assertThat(bed.text("select disabled_reason from endpoint where state = 'disabled'"))
        .isEqualTo("the receiver answered 410 (gone)");
    assertThat(bed.receiver.await("/platform", 2))
        .anySatisfy(
            call -> {
              assertThat(call.json().get("type").asString()).isEqualTo("endpoint.disabled");
              assertThat(call.json().at("/data/tenant").asString()).isEqualTo(acme.toString());
            });

    bed.pass(Duration.ofHours(1));
    assertThat(bed.receiver.calls("/all")).hasSize(1);
    Endpoint enabled = bed.db.asTenant(acme, tx -> bed.endpoints.enable(tx, made.endpoint().id()));
    assertThat(enabled.state()).isEqualTo(Endpoint.State.ENABLED);

    bed.receiver.await("/all", 2);
    bed.awaitCount(
        "select count(*) from delivery where state = 'delivered' and endpoint_id = '%s'"
            .formatted(made.endpoint().id()),
        1);
  }

  @Test
  void aRedirectIsAFailureAndIsNotFollowed() {
    bed.receiver.answer(
        "/all", _ -> new Answer(301, Map.of("Location", bed.receiver.url("/else").toString()), ""));
    bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.awaitCount("select count(*) from waiting_delivery where failures = 1", 1);
    assertThat(bed.receiver.calls("/else")).isEmpty();
    assertThat(bed.text("select last_error from waiting_delivery")).contains("not followed");
    assertThat(bed.text("select headers->>'location' from delivery_attempt")).endsWith("/else");
  }

  @Test
  void anEndpointThatKeepsFailingIsTriedByOneCallAtATimeAndServedWholeWhenItIsBack() {
    bed.receiver.answer("/all", _ -> Answer.of(500));
    bed.endpoint(acme, "/all");
    bed.node();
    bed.node();
    for (int i = 0; i < 100; i++) {
      bed.tell(acme, DeliveryBed.about("cus_" + i));
    }
    bed.await(() -> bed.count("select count(*) from endpoint_health where failures >= 10"), 1L);
    bed.awaitCount("select count(*) from waiting_delivery where token is not null", 0);
    int before = bed.receiver.calls("/all").size();
    bed.pass(Duration.ofMinutes(16));
    bed.receiver.await("/all", before + 1);
    bed.awaitCount("select count(*) from waiting_delivery where token is not null", 0);
    assertThat(bed.receiver.calls("/all")).hasSize(before + 1);

    bed.receiver.answer("/all", _ -> Answer.of(200));
    bed.pass(Duration.ofMinutes(16));

    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 100);
  }

  @Test
  void afterADayOfFailuresThePlatformIsToldAndAfterFiveDaysTheEndpointIsDisabled() {
    bed.endpoint(TenantId.PLATFORM, "/platform");
    bed.receiver.answer("/all", _ -> Answer.of(500));
    var made = bed.endpoint(acme, "/all");
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.receiver.await("/all", 1);
    bed.awaitCount("select count(*) from endpoint_health where failures = 1", 1);
    bed.pass(Duration.ofHours(25));
    bed.receiver.await("/all", 2);
    assertThat(bed.receiver.await("/platform", 2).getLast().json().get("type").asString())
        .isEqualTo(EventType.ENDPOINT_FAILING.text());
    bed.awaitCount("select count(*) from endpoint_health where failures = 2", 1);
    bed.pass(Duration.ofDays(4));
    bed.receiver.await("/all", 3);
    assertThat(bed.receiver.await("/platform", 3).getLast().json().get("type").asString())
        .isEqualTo(EventType.ENDPOINT_DISABLED.text());
    bed.awaitCount(
        "select count(*) from endpoint where state = 'disabled' and id = '%s'"
            .formatted(made.endpoint().id()),
        1);
  }
}
