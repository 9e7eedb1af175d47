package dev.tenon.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.delivery.Receiver.Answer;
import dev.tenon.delivery.Receiver.Call;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.EndpointSettings;
import dev.tenon.endpoint.Endpoints;
import dev.tenon.event.EventType;
import dev.tenon.event.EventsFit;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Events on their way to endpoints, on a real database and over real HTTP, with a clock that the
/// test moves.
class DeliveryTest {
  private final DeliveryBed bed = new DeliveryBed();
  private final TenantId acme = bed.tenant("Acme");

  @AfterEach
  void stop() {
    EventsFit.check(bed.database);
    bed.close();
  }

  private static HttpHeaders headers(Call call) {
    return HttpHeaders.of(
        call.headers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue()))),
        (_, _) -> true);
  }

  private static Secret shown(Endpoints.Made made) {
    return Objects.requireNonNull(made.secret());
  }

  private void verify(Call call, Secret secret) {
    assertThatCode(() -> new Webhook(secret.reveal()).verify(call.body(), headers(call)))
        .doesNotThrowAnyException();
  }

  @Test
  void anEventReachesEveryEndpointThatListensSigned() {
    TenantId other = bed.tenant("Other");
    var all = bed.endpoint(acme, "/all");
    bed.endpoint(
        acme,
        "/payments",
        s ->
            new EndpointSettings(
                s.url(),
                "",
                List.of("payment.succeeded"),
                List.of(),
                null,
                false,
                EndpointSettings.Payload.FULL));
    bed.endpoint(other, "/other");
    var platform = bed.endpoint(TenantId.PLATFORM, "/platform");
    bed.node();

    UUID id = bed.tell(acme, DeliveryBed.about("cus_a")).getFirst();

    Call call = bed.receiver.await("/all", 1).getFirst();
    verify(call, shown(all));
    verify(bed.receiver.await("/platform", 1).getFirst(), shown(platform));
    assertThat(call.id()).isEqualTo(Ids.write(Prefix.EVENT, id));
    assertThat(call.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("user-agent", "Tenon-Webhooks/1");
    assertThat(call.json().toString())
        .isEqualTo(
            """
            {"id":"%s","type":"customer.created","tenant":"%s","created_at":"%s","data":\
            {"id":"cus_a","object":"customer","email":"ada@customer.test","provider_id":"cus_1"}}\
            """
                .formatted(call.id(), acme, bed.clock.instant()));
    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 2);
    assertThat(bed.count("select count(*) from waiting_delivery")).isZero();
    assertThat(bed.receiver.calls("/payments")).isEmpty();
    assertThat(bed.receiver.calls("/other")).isEmpty();
    assertThat(bed.receiver.await("/platform", 1).getFirst().json().get("tenant").asString())
        .isEqualTo(acme.toString());
  }

  @Test
  void whatIsRolledBackIsNeitherToldNorQueued() {
    bed.endpoint(acme, "/all");
    assertThatThrownBy(
            () ->
                bed.db.useTenant(
                    acme,
                    tx -> {
                      bed.events.tell(tx, List.of(DeliveryBed.about("cus_a")));
                      throw new IllegalStateException("undone");
                    }))
        .hasMessage("undone");
    assertThat(bed.count("select count(*) from event")).isZero();
    assertThat(bed.count("select count(*) from waiting_delivery")).isZero();
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
    verify(calls.getFirst(), shown(made));
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
    assertThat(bed.text("select probe_at > now() from endpoint_health")).isEqualTo("t");
    assertThat(bed.receiver.calls("/all")).hasSize(1);

    bed.pass(Duration.ofSeconds(2));

    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 2);
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
    bed.tell(acme, many());
    bed.receiver.await("/well", 200);
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

  private static NewEvent[] many() {
    return IntStream.range(0, 200)
        .mapToObj(i -> DeliveryBed.about("cus_" + i))
        .toArray(NewEvent[]::new);
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

  @Test
  void whileAKeyRollsBothSignAndAfterwardsTheNewOneAlone() throws Exception {
    var made = bed.endpoint(acme, "/all");
    UUID id = made.endpoint().id();
    bed.node();
    Instant until = bed.clock.instant().plusSeconds(60);
    var rotated =
        bed.db.asTenant(
            acme, tx -> bed.endpoints.rotate(tx, id, Endpoint.Signing.V1, until).orElseThrow());
    bed.tell(acme, DeliveryBed.about("cus_a"));
    Call during = bed.receiver.await("/all", 1).getFirst();
    verify(during, shown(made));
    verify(during, shown(rotated));

    bed.pass(Duration.ofSeconds(61));
    bed.tell(acme, DeliveryBed.about("cus_b"));
    Call after = bed.receiver.await("/all", 2).getLast();
    verify(after, shown(rotated));
    assertThatThrownBy(() -> new Webhook(shown(made).reveal()).verify(after.body(), headers(after)))
        .isInstanceOf(WebhookVerificationException.class);
  }

  @Test
  void anAsymmetricEndpointIsSignedWithAKeyThatTheReceiverCannotSignWith() {
    var made =
        bed.endpoint(
            acme,
            DeliveryBed.to(bed.receiver.url("/all")),
            Endpoint.Signing.V1A,
            Map.of("Authorization", Secret.of("Bearer theirs")));
    assertThat(made.secret()).isNull();
    String publicKey = Objects.requireNonNull(made.endpoint().keys().getFirst().publicKey());
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    Call call = bed.receiver.await("/all", 1).getFirst();
    assertThat(call.headers()).containsEntry("authorization", "Bearer theirs");
    assertThat(
            Ed25519WebhookSignature.verify(
                call.body().getBytes(java.nio.charset.StandardCharsets.UTF_8),
                call.id(),
                Instant.ofEpochSecond(
                    Long.parseLong(call.headers().getOrDefault("webhook-timestamp", ""))),
                call.headers().getOrDefault("webhook-signature", ""),
                publicKey))
        .isTrue();
  }

  @Test
  void aThinEndpointLearnsWhichObjectItIsAndNoMore() {
    bed.endpoint(
        acme,
        "/all",
        s ->
            new EndpointSettings(
                s.url(), "", List.of(), List.of(), null, false, EndpointSettings.Payload.THIN));
    bed.node();
    bed.tell(acme, DeliveryBed.about("cus_a"));
    assertThat(bed.receiver.await("/all", 1).getFirst().json().get("data").toString())
        .isEqualTo("{\"id\":\"cus_a\",\"object\":\"customer\"}");
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

  @Test
  void aTestGoesToOneEndpointWhateverItListensTo() {
    bed.endpoint(acme, "/other");
    var made =
        bed.endpoint(
            acme,
            "/all",
            s ->
                new EndpointSettings(
                    s.url(),
                    "",
                    List.of("payment.failed"),
                    List.of(),
                    null,
                    false,
                    EndpointSettings.Payload.FULL));
    bed.node();
    UUID id = bed.db.asTenant(acme, tx -> bed.endpoints.test(tx, made.endpoint().id()));
    Call call = bed.receiver.await("/all", 1).getFirst();
    assertThat(call.id()).isEqualTo(Ids.write(Prefix.EVENT, id));
    assertThat(call.json().get("type").asString()).isEqualTo("endpoint.test");
    bed.awaitCount("select count(*) from delivery", 1);
    assertThat(bed.receiver.calls("/other")).isEmpty();
  }

  /// The check at creation is a courtesy: a name may point elsewhere by the time of the call.
  @Test
  void aCallGoesToNoPlaceThatIsNotPublicWhateverItsNameSays() {
    List<String> urls =
        List.of(
            "https://localhost/",
            "https://127.0.0.1:8443/",
            "https://169.254.169.254/latest",
            "https://[::ffff:127.0.0.1]/",
            "https://[::1]/",
            "https://2130706433/",
            bed.receiver.url("/all").toString());
    for (String url : urls) {
      bed.endpoint(acme, DeliveryBed.to(java.net.URI.create(url)), Endpoint.Signing.V1, Map.of());
    }
    bed.node(DeliveryWorkers.Limits.DEFAULT, EgressPolicy.publicOnly());
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.awaitCount("select count(*) from delivery_attempt", urls.size());
    assertThat(bed.text("select string_agg(distinct outcome, ',') from delivery_attempt"))
        .isEqualTo("unreachable");
    assertThat(bed.receiver.calls("/all")).isEmpty();
  }

  @Test
  void whatWaitsForADeletedEndpointIsCancelled() {
    var made = bed.endpoint(acme, "/all");
    bed.tell(acme, DeliveryBed.about("cus_a"));
    boolean gone = bed.db.asTenant(acme, tx -> bed.endpoints.delete(tx, made.endpoint().id()));
    assertThat(gone).isTrue();
    bed.node();
    bed.awaitCount("select count(*) from delivery where state = 'cancelled'", 1);
    assertThat(bed.receiver.calls("/all")).isEmpty();
  }
}
