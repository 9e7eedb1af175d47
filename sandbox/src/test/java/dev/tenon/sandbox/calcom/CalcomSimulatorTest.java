package dev.tenon.sandbox.calcom;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.sandbox.Fault;
import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.MovableClock;
import dev.tenon.sandbox.Sandbox;
import dev.tenon.sandbox.SandboxSettings;
import dev.tenon.sandbox.WebhookSink;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class CalcomSimulatorTest {
  private static final String SECRET = "a secret of the test";

  private final MovableClock clock = new MovableClock(Instant.parse("2026-11-24T10:00:00Z"));
  private final CalcomSimulator simulator = new CalcomSimulator();
  private final Sandbox sandbox =
      Sandbox.start(
          List.of(simulator),
          SandboxSettings.defaults(clock).withWebhookRetries(List.of(Duration.ofMillis(10))));
  private final WebhookSink sink = new WebhookSink();
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void register() {
    simulator.registerWebhook(sink.url(), SECRET);
  }

  @AfterEach
  void stop() {
    sink.close();
    sandbox.close();
  }

  @Test
  void aPersonBooksMovesAndCancels() throws Exception {
    String type = simulator.eventType("First talk", "talk");
    assertThat(simulator.eventType("First talk", "talk")).isEqualTo(type);
    HttpResponse<String> page = get("/pro/talk");
    assertThat(page.body()).contains("value=\"2026-11-24T10:00:00Z\"").contains("First talk");
    HttpResponse<String> booked =
        form(
            "/pro/talk",
            "start=2026-11-24T10:00:00Z&name=Ada+%3Cb%3E&email=ada%40customer.test&timeZone=Asia/Kolkata");
    assertThat(booked.statusCode()).isEqualTo(303);
    String first = location(booked);
    assertThat(get(first).body()).contains("It is booked").contains("15:30 (Asia/Kolkata)");
    String second = location(form(first, "action=move&start=2026-11-25T09:00:00Z"));
    assertThat(get(first).body()).contains("It was moved");
    assertThat(location(form(second, "action=cancel&reason=ill"))).isEqualTo(second);
    assertThat(form(second, "action=cancel").body()).contains("role=\"alert\"");
    idle();
    List<JsonNode> told = told();
    assertThat(told)
        .extracting(one -> one.path("triggerEvent").asString())
        .containsExactly("BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED");
    JsonNode moved = told.get(1).path("payload");
    assertThat("/booking/" + moved.path("rescheduleUid").asString()).isEqualTo(first);
    assertThat("/booking/" + moved.path("uid").asString()).isEqualTo(second);
    assertThat(told)
        .extracting(one -> one.path("payload").path("iCalUID").asString())
        .containsOnly(told.getFirst().path("payload").path("uid").asString() + "@Cal.com");
    assertThat(told)
        .extracting(one -> one.path("payload").path("iCalSequence").asInt())
        .containsExactly(0, 1, 2);
    for (WebhookSink.Received received : sink.received()) {
      assertThat(received.headers().get("X-Cal-Signature-256")).isEqualTo(hmac(received.body()));
    }
  }

  @Test
  void aPageShowsWhatItWasGivenAsText() throws Exception {
    simulator.eventType("<script>", "talk");
    HttpResponse<String> again =
        form("/pro/talk", "start=never&name=%3Cscript%3E&email=a&timeZone=UTC");
    assertThat(again.body()).contains("role=\"alert\"").doesNotContain("<script>");
    assertThat(get("/booking/none").statusCode()).isEqualTo(404);
  }

  @Test
  void answersOnlyInTheContractOfEachResource() throws Exception {
    String type = simulator.eventType("First talk", "talk");
    assertThat(api("GET", "/v2/event-types/" + type, "", "").statusCode()).isEqualTo(404);
    assertThat(api("GET", "/v2/event-types/" + type, "2024-06-14", "").statusCode()).isEqualTo(200);
    assertThat(
            api("PATCH", "/v2/event-types/" + type, "2024-06-14", "{\"lengthInMinutes\":60}")
                .body())
        .contains("\"lengthInMinutes\":60");
    String slots =
        "/v2/slots?eventTypeId=%s&start=2026-11-24T00:00:00Z&end=2026-11-25T00:00:00Z&format=range"
            .formatted(type);
    JsonNode before = json(api("GET", slots, "2024-09-04", "")).path("data").path("2026-11-24");
    // From 11:00 in Berlin, which is now, to 17:00.
    assertThat(before).hasSize(6);
    String wish =
        """
        {"eventTypeId":%s,"start":"2026-11-24T10:00:00Z","attendee":{"name":"Ada",
         "email":"ada@customer.test","timeZone":"UTC"},"metadata":{"k":"v"}}
        """
            .formatted(type);
    JsonNode made = json(api("POST", "/v2/bookings", "2024-08-13", wish)).path("data");
    assertThat(made.path("status").asString()).isEqualTo("accepted");
    assertThat(made.has("sequence")).isFalse();
    assertThat(api("POST", "/v2/bookings", "2024-08-13", wish).statusCode()).isEqualTo(400);
    assertThat(json(api("GET", slots, "2024-09-04", "")).path("data").path("2026-11-24"))
        .hasSize(5);
    JsonNode listed =
        json(api("GET", "/v2/bookings?attendeeEmail=ada@customer.test", "2024-08-13", ""));
    assertThat(listed.path("data")).hasSize(1);
    assertThat(listed.path("pagination").path("hasNextPage").asBoolean(true)).isFalse();
    assertThat(api("DELETE", "/v2/event-types/" + type, "2024-06-14", "").statusCode())
        .isEqualTo(200);
    assertThat(api("GET", "/v2/event-types/" + type, "2024-06-14", "").statusCode()).isEqualTo(404);
  }

  @Test
  void waitsForTheHostWhereThatIsAsked() throws Exception {
    JsonNode type =
        json(
            api(
                "POST",
                "/v2/event-types",
                "2024-06-14",
                "{\"title\":\"T\",\"slug\":\"t\",\"lengthInMinutes\":30,\"confirmationPolicy\":{\"type\":\"always\"}}"));
    assertThat(type.path("data").path("bookingUrl").asString()).endsWith("/pro/t");
    String one = simulator.book("t", "Ada", "ada@customer.test", "UTC");
    String two = simulator.book("t", "Bob", "bob@customer.test", "UTC");
    api("POST", "/v2/bookings/" + one + "/confirm", "2024-08-13", "");
    api("POST", "/v2/bookings/" + two + "/decline", "2024-08-13", "{\"reason\":\"full\"}");
    form("/_sandbox/bookings/" + one + "/no-show", "");
    form("/_sandbox/bookings/" + one + "/end", "");
    idle();
    assertThat(told())
        .extracting(body -> body.path("triggerEvent").asString())
        .containsExactly(
            "BOOKING_REQUESTED",
            "BOOKING_REQUESTED",
            "BOOKING_CREATED",
            "BOOKING_REJECTED",
            "BOOKING_NO_SHOW_UPDATED",
            "MEETING_ENDED");
    assertThat(told().get(4).path("payload").has("uid")).isFalse();
    assertThat(told().get(5).path("uid").asString()).isEqualTo(one);
  }

  @Test
  void sendsTwiceOutOfTurnAndAgain() throws Exception {
    simulator.eventType("First talk", "talk");
    sandbox.faults("calcom").set(List.of(Fault.reorderWebhooks().times(1)));
    String uid = simulator.book("talk", "Ada", "ada@customer.test", "UTC");
    sandbox.faults("calcom").set(List.of(Fault.duplicateWebhooks().times(1)));
    api("POST", "/v2/bookings/" + uid + "/cancel", "2024-08-13", "{}");
    idle();
    assertThat(told())
        .extracting(body -> body.path("triggerEvent").asString())
        .containsExactly("BOOKING_CANCELLED", "BOOKING_CANCELLED", "BOOKING_CREATED");
    sink.answer(500);
    var _ = simulator.book("talk", "Bob", "bob@customer.test", "UTC");
    idle();
    assertThat(told()).hasSize(5);
  }

  @Test
  void aWebhookWithoutASecretSaysSo() throws Exception {
    simulator.eventType("First talk", "talk");
    String made =
        json(api(
                "POST",
                "/v2/webhooks",
                "",
                "{\"active\":true,\"subscriberUrl\":\"%s\",\"triggers\":[\"BOOKING_CREATED\"]}"
                    .formatted(sink.url())))
            .path("data")
            .path("id")
            .asString();
    assertThat(made).contains("-");
    var _ = simulator.book("talk", "Ada", "ada@customer.test", "UTC");
    idle();
    assertThat(sink.received())
        .extracting(received -> String.valueOf(received.headers().get("X-Cal-Signature-256")))
        .contains("no-secret-provided")
        .hasSize(2);
  }

  private void idle() throws InterruptedException {
    assertThat(sandbox.webhooks("calcom").awaitIdle(Duration.ofSeconds(10))).isTrue();
  }

  private List<JsonNode> told() {
    return sink.received().stream()
        .map(received -> Json.read(received.body().getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private static JsonNode json(HttpResponse<String> response) {
    return Json.read(response.body().getBytes(StandardCharsets.UTF_8));
  }

  private static String location(HttpResponse<String> response) {
    return response.headers().firstValue("location").orElseThrow();
  }

  private HttpResponse<String> api(String method, String path, String version, String body)
      throws IOException, InterruptedException {
    HttpRequest.Builder request = to(path).header("Authorization", "Bearer cal_test");
    if (!version.isEmpty()) {
      request.header("cal-api-version", version);
    }
    return http.send(
        request.method(method, HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(to(path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> form(String path, String body)
      throws IOException, InterruptedException {
    return http.send(
        to(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder to(String path) {
    return HttpRequest.newBuilder(URI.create(sandbox.url("calcom") + path));
  }

  private static String hmac(String body) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
  }
}
