package dev.tenon.connector.calcom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Answers as the API description of Cal.com gives them (v2, 2026-03).
class CalcomConnectorTest {
  private static final String BOOKING =
      """
      {"status":"success","data":{"id":91,"uid":"bk_2","title":"First talk","status":"accepted",
       "hosts":[{"id":5,"name":"Pro","email":"pro@host.test","timeZone":"UTC"}],
       "start":"2026-12-01T09:30:00.000Z","end":"2026-12-01T10:00:00.000Z","duration":30,
       "eventType":{"id":7,"slug":"talk"},"location":"https://video.host.test/2",
       "rescheduledFromUid":"bk_1","icsUid":"bk_1@Cal.com","absentHost":false,
       "attendees":[{"name":"Ada","email":"ada+x@customer.test","displayEmail":"ada@customer.test",
        "timeZone":"Europe/Berlin","language":"de","absent":false}],
       "bookingFieldsResponses":{"notes":"hello"},"metadata":{"tenon":"1"},
       "createdAt":"2026-11-24T09:30:00.000Z","updatedAt":"2026-11-24T09:31:00.000Z"}}
      """;

  private final Scripted http = new Scripted();
  private final CalcomConnector calcom =
      new CalcomConnector(
          Secret.of("cal_live_key"), URI.create("https://cal.host.test/api/v2/"), http);

  @Test
  void namesTheVersionOfEachResource() {
    http.answer(200, "{\"status\":\"success\",\"data\":{\"id\":5,\"timeZone\":\"UTC\"}}");
    http.answer(200, "{\"status\":\"success\",\"data\":[]}");
    http.answer(200, "{\"status\":\"success\",\"data\":{}}");
    http.answer(200, BOOKING);
    http.answer(200, "{\"status\":\"success\",\"data\":[]}");
    assertThat(accepted(calcom.me()).id()).isEqualTo("5");
    assertThat(accepted(calcom.eventTypes().list())).isEmpty();
    assertThat(accepted(calcom.slots("7", Instant.EPOCH, Instant.EPOCH, ""))).isEmpty();
    assertThat(accepted(calcom.bookings().get("bk/2")).uid()).isEqualTo("bk_2");
    assertThat(accepted(calcom.webhooks().list())).isEmpty();
    assertThat(http.asked)
        .extracting(call -> call.headers().getOrDefault("cal-api-version", List.of("")).getFirst())
        .containsExactly("", "2024-06-14", "2024-09-04", "2024-08-13", "");
    assertThat(http.asked)
        .allSatisfy(
            call ->
                assertThat(call.headers().get("Authorization"))
                    .containsExactly("Bearer cal_live_key"));
    assertThat(http.asked.get(3).uri())
        .isEqualTo(URI.create("https://cal.host.test/api/v2/bookings/bk%2F2"));
  }

  @Test
  void booksInThePresentContract() {
    http.answer(201, BOOKING);
    CalcomBooking made =
        accepted(
            calcom
                .bookings()
                .create(
                    new CalcomBookings.NewBooking(
                        "7",
                        Instant.parse("2026-12-01T09:30:00Z"),
                        "Ada",
                        "ada@customer.test",
                        "Europe/Berlin",
                        "de",
                        List.of("bob@customer.test"),
                        Map.of("notes", "hello"),
                        Map.of("tenon", "1"))));
    assertThat(made.movedFrom()).isEqualTo("bk_1");
    assertThat(made.attendees().getFirst().email()).isEqualTo("ada@customer.test");
    assertThat(made.joinUrl()).isEqualTo("https://video.host.test/2");
    JsonNode body = http.body(0);
    assertThat(body.path("start").asString()).isEqualTo("2026-12-01T09:30:00Z");
    assertThat(body.path("eventTypeId").isNumber()).isTrue();
    assertThat(body.path("attendee").path("language").asString()).isEqualTo("de");
    assertThat(body.path("bookingFieldsResponses").path("notes").asString()).isEqualTo("hello");
  }

  @Test
  void movesCancelsConfirmsAndDeclinesByTheirOwnCalls() {
    for (int i = 0; i < 4; i++) {
      http.answer(200, BOOKING);
    }
    CalcomBookings bookings = calcom.bookings();
    Outcome<CalcomBooking> _ = bookings.reschedule("b", Instant.EPOCH, "ill", "pro@host.test");
    Outcome<CalcomBooking> _ = bookings.cancel("b", "ill");
    Outcome<CalcomBooking> _ = bookings.confirm("b");
    Outcome<CalcomBooking> _ = bookings.decline("b", "full");
    assertThat(http.asked)
        .extracting(call -> call.method() + " " + call.uri().getPath())
        .containsExactly(
            "POST /api/v2/bookings/b/reschedule",
            "POST /api/v2/bookings/b/cancel",
            "POST /api/v2/bookings/b/confirm",
            "POST /api/v2/bookings/b/decline");
    assertThat(http.body(0).path("rescheduledBy").asString()).isEqualTo("pro@host.test");
    assertThat(http.body(1).path("cancellationReason").asString()).isEqualTo("ill");
    assertThat(http.body(3).path("reason").asString()).isEqualTo("full");
  }

  @Test
  void readsSlotsOfBothForms() {
    http.answer(
        200,
        """
        {"status":"success","data":{"2026-12-02":[{"start":"2026-12-02T09:00:00.000+01:00",
         "end":"2026-12-02T09:30:00.000+01:00"}],"2026-12-01":["2026-12-01T08:00:00Z",7,{}]}}
        """);
    assertThat(accepted(calcom.slots("7", Instant.EPOCH, Instant.EPOCH, "bk_1")))
        .containsExactly(
            new CalcomConnector.Slot(Instant.parse("2026-12-01T08:00:00Z"), null),
            new CalcomConnector.Slot(
                Instant.parse("2026-12-02T08:00:00Z"), Instant.parse("2026-12-02T08:30:00Z")));
    assertThat(http.asked.getFirst().uri().getQuery()).contains("bookingUidToReschedule=bk_1");
  }

  @Test
  void makesAndChangesEventTypes() {
    String answer =
        """
        {"status":"success","data":{"id":7,"title":"Talk","slug":"talk","lengthInMinutes":30,
         "hidden":true,"bookingUrl":"https://cal.host.test/pro/talk",
         "confirmationPolicy":{"type":"always"}}}
        """;
    http.answer(201, answer);
    http.answer(200, answer);
    http.answer(200, "{\"status\":\"success\",\"data\":{\"id\":7}}");
    var wanted =
        new CalcomEventTypes.Wanted("Talk", "talk", null, 30, null, null, null, null, 15, true);
    CalcomEventTypes.CalcomEventType made = accepted(calcom.eventTypes().create(wanted));
    assertThat(made.needsConfirmation()).isTrue();
    assertThat(made.hidden()).isTrue();
    accepted(
        calcom
            .eventTypes()
            .update(
                "7",
                new CalcomEventTypes.Wanted(
                    null, null, null, 45, null, null, null, null, null, null)));
    assertThat(accepted(calcom.eventTypes().delete("7"))).isEqualTo("7");
    assertThat(http.body(0).path("slotInterval").intValue()).isEqualTo(15);
    assertThat(http.body(1).toString()).isEqualTo("{\"lengthInMinutes\":45}");
    assertThat(http.asked).extracting(HttpCall::method).containsExactly("POST", "PATCH", "DELETE");
  }

  @Test
  void registersAWebhookWithItsSecret() {
    http.answer(
        201,
        """
        {"status":"success","data":{"id":"3f2b","subscriberUrl":"https://t.test/in/1","active":true,
         "triggers":["BOOKING_CREATED"],"payloadTemplate":null}}
        """);
    CalcomWebhooks.CalcomWebhook made =
        accepted(
            calcom
                .webhooks()
                .create(
                    URI.create("https://t.test/in/1"),
                    List.of("BOOKING_CREATED"),
                    Secret.of("whsec")));
    assertThat(made)
        .isEqualTo(
            new CalcomWebhooks.CalcomWebhook(
                "3f2b", "https://t.test/in/1", true, List.of("BOOKING_CREATED"), false));
    assertThat(http.body(0).path("secret").asString()).isEqualTo("whsec");
    assertThat(http.body(0).path("version").asString()).isEqualTo("2021-10-20");
  }

  @Test
  void tellsEndsApart() {
    String error =
        "{\"status\":\"error\",\"error\":{\"code\":\"C\",\"message\":\"no cal_live_key\"}}";
    for (int status : new int[] {401, 403, 498}) {
      assertThat(cancelled(status, error)).isInstanceOf(Outcome.ConnectionBroken.class);
    }
    for (int status : new int[] {301, 400, 404, 409, 422}) {
      assertThat(cancelled(status, error)).isInstanceOf(Outcome.RefusedRequest.class);
    }
    for (int status : new int[] {500, 502, 504}) {
      assertThat(cancelled(status, error)).isInstanceOf(Outcome.Unknown.class);
    }
    assertThat(cancelled(200, "<html>")).isInstanceOf(Outcome.Unknown.class);
    assertThat(cancelled(200, error)).isInstanceOf(Outcome.Unknown.class);
    assertThat(cancelled(200, "{\"status\":\"success\",\"data\":{}}"))
        .isInstanceOf(Outcome.Unknown.class);
    assertThat(cancelled(429, error))
        .isInstanceOfSatisfying(
            Outcome.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(60)));
    assertThat(cancelled(400, error).detail().message()).isEqualTo("no (secret)");
  }

  @Test
  void takesTheResetOfANamedLimit() {
    http.next.add(
        new HttpResult.Answered(
            429, Map.of("x-ratelimit-reset-default", List.of("17")), new byte[0]));
    assertThat(calcom.me())
        .isInstanceOfSatisfying(
            Outcome.Passing.class,
            passing -> assertThat(passing.retryAfter()).isEqualTo(Duration.ofSeconds(17)));
  }

  @Test
  void aReadThatLostItsAnswerMayBeRepeatedAndAChangeMayNot() {
    http.next.add(new HttpResult.MaybeSent("reset"));
    assertThat(calcom.me()).isInstanceOf(Outcome.Passing.class);
    http.next.add(new HttpResult.MaybeSent("reset"));
    assertThat(calcom.bookings().cancel("b", "")).isInstanceOf(Outcome.Unknown.class);
    http.next.add(new HttpResult.NotSent("no such host"));
    assertThat(calcom.bookings().cancel("b", "")).isInstanceOf(Outcome.Passing.class);
  }

  private Outcome<CalcomBooking> cancelled(int status, String body) {
    http.answer(status, body);
    return calcom.bookings().cancel("b", "");
  }

  private static <T> T accepted(Outcome<T> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Accepted.class);
    return ((Outcome.Accepted<T>) outcome).value();
  }

  /// Answers what the test says, in order, and remembers what was asked.
  private static final class Scripted implements ProviderHttp {
    final Deque<HttpResult> next = new ArrayDeque<>();
    final List<HttpCall> asked = new ArrayList<>();

    void answer(int status, String body) {
      next.add(new HttpResult.Answered(status, Map.of(), body.getBytes(UTF_8)));
    }

    JsonNode body(int call) {
      return JsonMapper.shared().readTree(asked.get(call).body());
    }

    @Override
    public HttpResult call(HttpCall call) {
      asked.add(call);
      return next.remove();
    }

    @Override
    public void close() {}
  }
}
