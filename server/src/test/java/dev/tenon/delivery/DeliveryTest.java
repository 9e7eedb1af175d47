package dev.tenon.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Secret;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.signature.Ed25519WebhookSignature;
import dev.tenon.delivery.Receiver.Call;
import dev.tenon.endpoint.Endpoint;
import dev.tenon.endpoint.EndpointSettings;
import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Events on their way to endpoints, on a real database and over real HTTP, with a clock that the
/// test moves: what arrives where, and signed by what.
class DeliveryTest {
  private final DeliveryBed bed = new DeliveryBed();
  private final TenantId acme = bed.tenant("Acme");

  @AfterEach
  void stop() {
    bed.close();
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
    assertThat(call.isSignedBy(DeliveryBed.secret(all))).isTrue();
    assertThat(
            bed.receiver.await("/platform", 1).getFirst().isSignedBy(DeliveryBed.secret(platform)))
        .isTrue();
    assertThat(call.id()).isEqualTo(Ids.write(Prefix.EVENT, id));
    assertThat(call.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("user-agent", "Tenon-Webhooks/1");
    assertThat(call.json())
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"id":"%s","type":"customer.created","tenant":"%s","created_at":"%s","data":
                    {"id":"cus_a","object":"customer","email":"ada@customer.test",
                    "connection":"con_0000000000000000000000000a","environment":"development",
                    "provider_id":"cus_1"}}
                    """
                        .formatted(call.id(), acme, bed.clock.instant())));
    bed.awaitCount("select count(*) from delivery where state = 'delivered'", 2);
    assertThat(bed.count("select count(*) from waiting_delivery")).isZero();
    assertThat(bed.receiver.calls("/payments")).isEmpty();
    assertThat(bed.receiver.calls("/other")).isEmpty();
    assertThat(bed.receiver.await("/platform", 1).getFirst().json().get("tenant").asString())
        .isEqualTo(acme.toString());
  }

  @Test
  void opensGoOnlyToEndpointsThatNameThem() {
    bed.endpoint(acme, "/all");
    bed.endpoint(
        acme,
        "/opens",
        s ->
            new EndpointSettings(
                s.url(),
                "",
                List.of("message.opened"),
                List.of(),
                null,
                false,
                EndpointSettings.Payload.FULL));
    Map<String, @Nullable Object> data = new HashMap<>();
    JsonMapper.shared()
        .<JsonNode>valueToTree(EventType.MESSAGE_OPENED.example())
        .path("data")
        .properties()
        .forEach(field -> data.put(field.getKey(), field.getValue()));
    data.keySet().removeAll(Set.of("id", "object"));
    bed.tell(
        acme,
        new NewEvent(EventType.MESSAGE_OPENED, "msg_0000000000000000000000000a", data, null),
        DeliveryBed.about("cus_a"));
    assertThat(bed.count("select count(*) from waiting_delivery where type = 'message.opened'"))
        .isEqualTo(1);
    assertThat(
            bed.count(
                """
                select count(*) from waiting_delivery w join endpoint e on e.id = w.endpoint_id
                where e.url like '%/opens' and w.type = 'message.opened'"""))
        .isEqualTo(1);
    assertThat(bed.count("select count(*) from waiting_delivery")).isEqualTo(2);
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
    assertThat(during.isSignedBy(DeliveryBed.secret(made))).isTrue();
    assertThat(during.isSignedBy(DeliveryBed.secret(rotated))).isTrue();

    bed.pass(Duration.ofSeconds(61));
    bed.tell(acme, DeliveryBed.about("cus_b"));
    Call after = bed.receiver.await("/all", 2).getLast();
    assertThat(after.isSignedBy(DeliveryBed.secret(rotated))).isTrue();
    assertThat(after.isSignedBy(DeliveryBed.secret(made))).isFalse();
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
    UUID id = bed.db.asTenant(acme, tx -> bed.endpoints.test(tx, made.endpoint().id(), null));
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
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[::7f00:1]/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            bed.receiver.url("/all").toString());
    for (String url : urls) {
      bed.endpoint(acme, DeliveryBed.to(java.net.URI.create(url)), Endpoint.Signing.V1, Map.of());
    }
    bed.node(DeliveryWorkers.Limits.DEFAULT, EgressPolicy.publicOnly());
    bed.tell(acme, DeliveryBed.about("cus_a"));
    bed.awaitCount("select count(*) from delivery_attempt", urls.size());
    assertThat(bed.text("select string_agg(distinct outcome, ',') from delivery_attempt"))
        .isEqualTo("unreachable");
    // Nobody listens at most of these: that nothing was reached says little, the reason does.
    assertThat(
            bed.text(
                """
                select string_agg(error || ' ' || n, ', ' order by error) from (
                  select error, count(*) as n from delivery_attempt group by error) e
                """))
        .isEqualTo(
            "it could not be reached: only https is allowed 1,"
                + " it could not be reached: the host has an address that is not public 8,"
                + " it could not be reached: the host is a number in disguise, not a name 3");
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
