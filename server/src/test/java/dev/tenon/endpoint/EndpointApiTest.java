package dev.tenon.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenon.Tenon;
import dev.tenon.access.Scope;
import dev.tenon.config.Config;
import dev.tenon.config.Layer;
import dev.tenon.connector.http.EgressPolicy;
import dev.tenon.connector.http.PrivatePlaces;
import dev.tenon.db.TestDatabase;
import dev.tenon.delivery.Receiver;
import dev.tenon.tenant.TenantId;
import dev.tenon.tenant.Tenants;
import dev.tenon.vault.Vault;
import dev.tenon.vault.VaultKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Endpoints, events and deliveries as an application's developer handles them: over the API of the
/// whole program, with a real receiver.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class EndpointApiTest {
  private static final long PATIENCE_NANOS = 30_000_000_000L;

  private final HttpClient client = HttpClient.newHttpClient();
  private final TestDatabase database = TestDatabase.fresh();
  private final Receiver receiver = new Receiver();
  private Tenon tenon;
  private TenantId acme;
  private String key;

  @BeforeAll
  void start() {
    tenon =
        Tenon.start(
            Config.load(
                List.of(
                    Layer.commandLine(
                        Map.of("server.port", "0", "deliveries.poll-milliseconds", "20")))),
            new Tenon.Surroundings(
                database.address(),
                new VaultKey.Given(Vault.newKey()),
                Optional.empty(),
                EgressPolicy.publicAnd(PrivatePlaces.parse(List.of("127.0.0.1"))),
                InetAddress::isLoopbackAddress,
                InstantSource.system()));
    acme = tenant("Acme");
    key = key(acme);
  }

  @AfterAll
  void stop() {
    tenon.close();
    receiver.close();
    database.close();
    client.close();
  }

  private TenantId tenant(String name) {
    return tenon.tenants().create(name, Optional.empty()) instanceof Tenants.Creation.Created made
        ? made.tenant().id()
        : TenantId.PLATFORM;
  }

  private String key(TenantId tenant) {
    return tenon
        .database()
        .asTenant(
            tenant, tx -> tenon.keys().create(tx, "test", Set.of(Scope.ALL), Optional.empty()))
        .text()
        .reveal();
  }

  private HttpResponse<String> call(String method, String path, String body) {
    var request =
        HttpRequest.newBuilder(URI.create(tenon.publicUrl().at("/v1/tenants/" + acme + path)))
            .header("Authorization", "Bearer " + key)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (!body.isEmpty()) {
      request.header("Content-Type", "application/json");
    }
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode good(String method, String path, String body) {
    HttpResponse<String> response = call(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
    return JsonMapper.shared().readTree(response.body());
  }

  private JsonNode await(String path, Predicate<JsonNode> expected) {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      JsonNode answer = good("GET", path, "");
      if (expected.test(answer)) {
        return answer;
      }
      assertThat(System.nanoTime()).as("still %s", answer).isLessThan(end);
    }
  }

  private JsonNode endpoint(String path, String more) {
    return good("POST", "/endpoints", "{\"url\": \"%s\"%s}".formatted(receiver.url(path), more));
  }

  private void problem(String method, String path, String body, int status, String code) {
    HttpResponse<String> response = call(method, path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(JsonMapper.shared().readTree(response.body()).get("code").asString())
        .isEqualTo(code);
  }

  @Test
  void fromAnEndpointToADeliveryThatTwoOutsideLibrariesVerify() {
    JsonNode made =
        endpoint(
            "/first",
            ", \"description\": \"Ours\", \"headers\": {\"Authorization\": \"Bearer theirs\"}");
    String id = made.get("id").asString();
    String secret = made.get("secret").asString();
    assertThat(secret).startsWith("whsec_");
    assertThat(good("GET", "/endpoints/" + id, "").toString())
        .contains("\"secret\":null", "\"header_names\":[\"Authorization\"]")
        .doesNotContain("theirs");

    String event = good("POST", "/endpoints/" + id + "/test", "").get("event").asString();
    Receiver.Call call = receiver.await("/first", 1).getFirst();
    assertThat(call.headers()).containsEntry("authorization", "Bearer theirs");
    Map<String, List<String>> headers =
        call.headers().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, e -> List.of(e.getValue())));
    HttpHeaders asTheyCame = HttpHeaders.of(headers, (_, _) -> true);
    assertThatCode(
            () -> {
              new com.standardwebhooks.Webhook(secret).verify(call.body(), asTheyCame);
              new com.svix.Webhook(secret).verify(call.body(), asTheyCame);
            })
        .doesNotThrowAnyException();

    JsonNode list =
        await(
            "/deliveries?event=" + event,
            page ->
                page.get("data").size() == 1
                    && page.at("/data/0/state").asString().equals("delivered"));
    String delivery = list.at("/data/0/id").asString();
    JsonNode detail = good("GET", "/deliveries/" + delivery, "");
    assertThat(detail.at("/tries/0/status").asInt()).isEqualTo(200);
    assertThat(detail.get("endpoint").asString()).isEqualTo(id);
    assertThat(good("GET", "/events/" + event, "").get("payload"))
        .isEqualTo(JsonMapper.shared().readTree(call.body()));

    JsonNode again = good("POST", "/deliveries/" + delivery + "/replay", "");
    assertThat(again.get("id").asString()).isEqualTo(delivery);
    assertThat(receiver.await("/first", 2).stream().map(Receiver.Call::id).distinct())
        .containsExactly(event);
  }

  @Test
  void whatMayNotBeCalledIsRefusedAtOnce() {
    for (String url :
        List.of(
            "ftp://example.com/",
            "not a url",
            "http://example.com/",
            "https://user:pass@example.com/",
            "https://example.com/#part",
            "https://example.com:22/",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://[fd00:ec2::254]/",
            "https://167772161/",
            "https://0x0a000001/",
            "https://10.1/")) {
      problem(
          "POST", "/endpoints", "{\"url\": \"%s\"}".formatted(url), 400, "endpoint.url_refused");
    }
    String good = "{\"url\": \"" + receiver.url("/x") + "\"";
    problem(
        "POST",
        "/endpoints",
        good + ", \"event_types\": [\"no.such\"]}",
        400,
        "endpoint.unknown_event_type");
    for (String wrong :
        List.of(
            "\"headers\": {\"Webhook-Id\": \"x\"}",
            "\"headers\": {\"Host\": \"x\"}",
            "\"headers\": {\"X A\": \"x\"}",
            "\"headers\": {\"X-A\": \"a\\nb\"}",
            "\"rate\": 1001",
            "\"rate\": -1")) {
      problem("POST", "/endpoints", good + ", " + wrong + "}", 400, "request.invalid_field");
    }
  }

  @Test
  void headersGoToNoOtherOriginThanTheyWereGivenFor() {
    String path =
        "/endpoints/"
            + endpoint("/first", ", \"headers\": {\"Authorization\": \"Bearer theirs\"}")
                .get("id")
                .asString();
    String elsewhere = receiver.url("/second").toString().replaceFirst(":[0-9]+/", ":8080/");
    String moved = "{\"url\": \"%s\"}".formatted(elsewhere);
    problem("PATCH", path, moved, 400, "endpoint.headers_needed");
    assertThat(good("GET", path, "").get("url").asString())
        .isEqualTo(receiver.url("/first").toString());
    // The same origin, written otherwise.
    good("PATCH", path, "{\"url\": \"%s\"}".formatted(receiver.url("/third")));
    assertThat(
            good(
                    "PATCH",
                    path,
                    "{\"url\": \"%s\", \"headers\": {\"X-New\": \"1\"}}".formatted(elsewhere))
                .get("header_names")
                .toString())
        .isEqualTo("[\"X-New\"]");
    String back = "{\"url\": \"%s\", \"headers\": {}}".formatted(receiver.url("/first"));
    assertThat(good("PATCH", path, back).get("header_names")).isEmpty();
    good("PATCH", path, moved);
  }

  @Test
  void aDisabledEndpointCatchesUpOnWhatItMissedWhenAsked() {
    JsonNode made = endpoint("/second", ", \"event_types\": [\"endpoint.failing\"]");
    String id = made.get("id").asString();
    String path = "/endpoints/" + id;
    assertThat(
            good("POST", path + "/disable", "{\"reason\": \"maintenance\"}")
                .get("state")
                .asString())
        .isEqualTo("disabled");
    problem("POST", path + "/test", "", 409, "endpoint.disabled");
    tellFailing();
    tellFailing();
    assertThat(good("GET", "/deliveries?endpoint=" + id, "").get("data")).isEmpty();
    assertThat(good("POST", path + "/enable", "").get("state").asString()).isEqualTo("enabled");

    String ask =
        "{\"state\": \"missing\", \"endpoint\": \"%s\", \"since\": \"2026-01-01T00:00:00Z\"%s}";
    assertThat(
            good("POST", "/delivery-replays", ask.formatted(id, ", \"dry_run\": true"))
                .get("matched")
                .asInt())
        .isEqualTo(2);
    JsonNode replay = good("POST", "/delivery-replays", ask.formatted(id, ""));
    assertThat(receiver.await("/second", 2)).hasSize(2);
    JsonNode done =
        await(
            "/delivery-replays/" + replay.get("id").asString(),
            one -> one.get("state").asString().equals("done"));
    assertThat(done.get("replayed").asInt()).isEqualTo(2);

    await("/deliveries?state=delivered&endpoint=" + id, page -> page.get("data").size() == 2);
    JsonNode twice =
        good(
            "POST",
            "/delivery-replays",
            "{\"state\": \"delivered\", \"endpoint\": \"%s\", \"since\": \"2026-01-01T00:00:00Z\"}"
                .formatted(id));
    assertThat(twice.get("matched").asInt()).isEqualTo(2);
    assertThat(receiver.await("/second", 4).stream().map(Receiver.Call::id).distinct()).hasSize(2);
  }

  /// An event of this tenant, without what usually leads to one.
  private void tellFailing() {
    var events =
        new dev.tenon.event.Events(
            new dev.tenon.id.Ids(InstantSource.system()), InstantSource.system());
    tenon
        .database()
        .useTenant(
            acme,
            tx ->
                events.tell(
                    tx,
                    List.of(
                        new dev.tenon.event.NewEvent(
                            dev.tenon.event.EventType.ENDPOINT_FAILING, "ep_x", Map.of(), null))));
  }

  @Test
  void rotatingShowsTheNewSecretOnceAndKeepsTheOldOneForAWhile() {
    JsonNode made = endpoint("/third", "");
    String path = "/endpoints/" + made.get("id").asString();
    JsonNode rotated = good("POST", path + "/rotate-secret", "{}");
    assertThat(rotated.get("secret").asString())
        .startsWith("whsec_")
        .isNotEqualTo(made.get("secret").asString());
    assertThat(rotated.get("signing_keys")).hasSize(2);
    JsonNode asymmetric =
        good(
            "POST",
            path + "/rotate-secret",
            "{\"signing\": \"v1a\", \"previous_expires_at\": \"2026-01-01T00:00:00Z\"}");
    assertThat(asymmetric.get("secret").isNull()).isTrue();
    assertThat(asymmetric.get("signing_keys")).hasSize(1);
    assertThat(asymmetric.at("/signing_keys/0/public_key").asString()).startsWith("whpk_");
    for (int i = 0; i < 3; i++) {
      var _ = good("POST", path + "/rotate-secret", "{}");
    }
    problem("POST", path + "/rotate-secret", "{}", 409, "endpoint.too_many_secrets");
  }

  @Test
  void aFailedDeliverySaysWhatTheReceiverAnsweredAndWhenItIsTriedAgain() {
    receiver.answer(
        "/fourth",
        _ -> new Receiver.Answer(500, Map.of("X-Request-Id", "their-7"), "no such plan"));
    JsonNode made = endpoint("/fourth", "");
    String id = made.get("id").asString();
    var _ = good("POST", "/endpoints/" + id + "/test", "");
    JsonNode page =
        await("/deliveries?state=retrying&endpoint=" + id, found -> found.get("data").size() == 1);
    JsonNode detail = good("GET", "/deliveries/" + page.at("/data/0/id").asString(), "");
    assertThat(detail.get("reason").asString())
        .isEqualTo("the receiver answered 500 (internal error)");
    assertThat(detail.get("next_try_at").isNull()).isFalse();
    assertThat(detail.at("/tries/0/body").asString()).isEqualTo("no such plan");
    assertThat(detail.at("/tries/0/headers/x-request-id").asString()).isEqualTo("their-7");
    assertThat(good("GET", "/endpoints/" + id, "").get("failures").asInt()).isPositive();
  }
}
