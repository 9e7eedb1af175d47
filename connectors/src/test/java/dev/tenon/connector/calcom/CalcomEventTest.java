package dev.tenon.connector.calcom;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Secret;
import dev.tenon.connector.signature.CalcomSignature;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CalcomEventTest {
  private static final String CREATED =
      """
      {"triggerEvent":"BOOKING_CREATED","createdAt":"2026-11-24T09:30:00.538Z","payload":{
       "type":"60min","title":"60min between Pro and Ada","startTime":"2026-12-01T09:30:00Z",
       "endTime":"2026-12-01T11:30:00+01:00","organizer":{"id":5,"name":"Pro","email":"pro@host.test",
       "timeZone":"Asia/Calcutta","language":{"locale":"en"}},
       "responses":{"name":{"label":"your_name","value":"Ada"},"notes":{"label":"additional_notes"},
        "location":{"label":"location","value":{"optionValue":"","value":"inPerson"}},
        "guests":{"label":"g","value":["a@x.test","b@x.test"]},
        "door_password":{"label":"p","value":"sesame"}},
       "attendees":[{"email":"ada@customer.test","name":"Ada","timeZone":"Europe/Berlin",
        "language":{"locale":"de"}}],"location":"integrations:daily","eventTypeId":7,
       "uid":"bk_1","eventTitle":"60min","iCalUID":"bk_1@Cal.com","iCalSequence":0,
       "oneTimePassword":"777-888","videoCallData":{"type":"daily","password":"open-it",
        "url":"https://video.host.test/1"},"metadata":{"site":"a"},"status":"ACCEPTED"}}
      """;

  private static final String FLAT =
      """
      {"triggerEvent":"MEETING_ENDED","id":91,"uid":"bk_1","userId":5,"eventTypeId":7,
       "startTime":"2026-12-01T09:30:00.000Z","endTime":"2026-12-01T10:30:00.000Z",
       "status":"ACCEPTED","fromReschedule":"bk_0","createdAt":"2026-11-01T00:00:00Z",
       "iCalUID":"bk_0@Cal.com","iCalSequence":1,"noShowHost":false,
       "user":{"email":"pro@host.test","name":"Pro","timeZone":"UTC"},
       "attendees":[{"id":1,"email":"ada@customer.test","name":"Ada","timeZone":"Europe/Berlin",
        "locale":"de"}]}
      """;

  @Test
  void readsABookingWithoutItsPasswords() {
    CalcomEvent event = event(CREATED);
    CalcomBooking booking = Objects.requireNonNull(event.booking());
    assertThat(booking.start()).isEqualTo(Instant.parse("2026-12-01T09:30:00Z"));
    assertThat(booking.end()).isEqualTo(Instant.parse("2026-12-01T10:30:00Z"));
    assertThat(booking.location()).isEmpty();
    assertThat(booking.joinUrl()).isEqualTo("https://video.host.test/1");
    assertThat(booking.status()).isEqualTo("accepted");
    assertThat(booking.attendees().getFirst().language()).isEqualTo("de");
    assertThat(booking.answers())
        .containsEntry("name", "Ada")
        .containsEntry("guests", "a@x.test, b@x.test")
        .doesNotContainKey("door_password");
    assertThat(event.toString()).doesNotContain("open-it", "777-888", "sesame");
    assertThat(event.createdAt()).isEqualTo(Instant.parse("2026-11-24T09:30:00.538Z"));
  }

  @Test
  void readsAFlatBodyWhoseCreatedAtIsTheBookings() {
    CalcomEvent event = event(FLAT);
    assertThat(event.createdAt()).isNull();
    assertThat(event.booking()).isNotNull();
    assertThat(Objects.requireNonNull(event.booking()).movedFrom()).isEqualTo("bk_0");
    assertThat(Objects.requireNonNull(event.booking()).sequence()).isEqualTo(1);
    assertThat(Objects.requireNonNull(event.booking()).organizer()).isNotNull();
  }

  @Test
  void readsNoShowsAndTheirEnd() {
    CalcomEvent event =
        event(
            """
            {"triggerEvent":"BOOKING_NO_SHOW_UPDATED","createdAt":"2026-12-01T11:00:00Z","payload":{
             "message":"x","attendees":[{"email":"ada@customer.test","noShow":true},
             {"email":"bob@customer.test","noShow":false}],"bookingUid":"bk_1","bookingId":91}}
            """);
    assertThat(event.booking()).isNotNull();
    assertThat(Objects.requireNonNull(event.booking()).uid()).isEqualTo("bk_1");
    assertThat(event.absences())
        .containsExactly(
            new CalcomEvent.Absence("ada@customer.test", true),
            new CalcomEvent.Absence("bob@customer.test", false));
  }

  @Test
  void knowsATestFromABooking() {
    CalcomEvent test =
        event(
            """
            {"triggerEvent":"BOOKING_CREATED","createdAt":"2026-12-01T11:00:00Z","payload":{
             "type":"Test","title":"Test trigger event","attendees":[{"email":"jdoe@example.com"}],
             "organizer":{"email":"no-reply@cal.com"}}}
            """);
    assertThat(test.test()).isTrue();
    assertThat(event("{\"triggerEvent\":\"PING\"}").test()).isTrue();
    assertThat(event(CREATED).test()).isFalse();
    assertThat(event(CREATED.replace("60min\",\"title", "Test\",\"title")).test()).isFalse();
  }

  @Test
  void keepsWhatItDoesNotKnow() {
    CalcomEvent event = event("{\"triggerEvent\":\"OOO_CREATED\",\"payload\":{\"x\":[1]}}");
    assertThat(event.trigger()).isEqualTo("OOO_CREATED");
    assertThat(event.booking()).isNull();
  }

  @Test
  void knowsTheSameFactOfTwoWebhooksAgain() {
    byte[] once = CREATED.getBytes(UTF_8);
    byte[] twice = CREATED.replace("09:30:00.538Z", "09:30:01.111Z").getBytes(UTF_8);
    assertThat(event(CREATED).key(once))
        .isEqualTo(event(new String(twice, UTF_8)).key(twice))
        .isNotEqualTo(event(CREATED.replace("CREATED", "CANCELLED")).key(once));
  }

  @Test
  void refusesWhatIsNoDelivery() {
    for (String body : List.of("", "[]", "7", "{}", "{\"triggerEvent\":1e9999}", "{\"a\":1} x")) {
      assertThat(CalcomEvent.read(body.getBytes(UTF_8)))
          .as(body)
          .isInstanceOf(CalcomEvent.Reading.Malformed.class);
    }
  }

  @Property(tries = 2000)
  void neverThrows(@ForAll("damaged") byte[] body) {
    if (CalcomEvent.read(body) instanceof CalcomEvent.Reading.Read(CalcomEvent event)) {
      assertThat(event.key(body)).isNotBlank();
      assertThat(event.lane()).isNotBlank();
    }
  }

  /// Any bytes, and true deliveries with a value of another kind, or one byte changed.
  @Provide
  Arbitrary<byte[]> damaged() {
    Arbitrary<String> whole = Arbitraries.of(CREATED, FLAT);
    Arbitrary<byte[]> changed =
        whole.flatMap(
            text ->
                Arbitraries.integers()
                    .between(0, text.length() - 1)
                    .flatMap(
                        at ->
                            Arbitraries.bytes()
                                .map(
                                    value -> {
                                      byte[] bytes = text.getBytes(UTF_8);
                                      bytes[at] = value;
                                      return bytes;
                                    })));
    Arbitrary<byte[]> retyped =
        Arbitraries.of(
                "\"uid\":\"bk_1\"",
                "\"iCalSequence\":0",
                "\"eventTypeId\":7",
                "\"status\":\"ACCEPTED\"")
            .flatMap(
                field ->
                    Arbitraries.of("null", "[]", "{}", "-1", "true", "1e400", "\"\\u0000\"")
                        .map(
                            value ->
                                CREATED
                                    .replace(
                                        field, field.substring(0, field.indexOf(':') + 1) + value)
                                    .getBytes(UTF_8)));
    return Arbitraries.oneOf(
        Arbitraries.bytes().array(byte[].class).ofMaxSize(64), changed, retyped);
  }

  @Test
  void verifiesTheKnownVectorOverTheRawBytes() {
    byte[] body =
        "{\"triggerEvent\":\"BOOKING_CREATED\",\"createdAt\":\"2026-11-23T09:00:00.000Z\",\"payload\":{\"uid\":\"bk_1\"}}"
            .getBytes(UTF_8);
    String header = "3e92766e640ebec28328c307ae543ea037ecb173896fc0dd0340997c74316017";
    List<Secret> secrets = List.of(Secret.of("other"), Secret.of("whsec_test"));
    assertThat(CalcomSignature.verify(body, header, secrets)).isEqualTo(new Verdict.Valid(1));
    assertThat(CalcomSignature.verify(body, header, List.of()))
        .isInstanceOf(Verdict.NoSecret.class);
    assertThat(CalcomSignature.verify(body, header, secrets.subList(0, 1)))
        .isInstanceOf(Verdict.Mismatch.class);
    body[10] ^= 1;
    assertThat(CalcomSignature.verify(body, header, secrets)).isInstanceOf(Verdict.Mismatch.class);
  }

  @Test
  void takesNoWordsForASignature() throws Exception {
    byte[] body = "{}".getBytes(UTF_8);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec("s".getBytes(UTF_8), "HmacSHA256"));
    String good = HexFormat.of().formatHex(mac.doFinal(body));
    List<Secret> secrets = List.of(Secret.of("s"));
    assertThat(CalcomSignature.verify(body, good, secrets)).isInstanceOf(Verdict.Valid.class);
    for (String header :
        new String[] {
          null, "", "no-secret-provided", "sha256=" + good, good + "00", "g" + good.substring(1)
        }) {
      assertThat(CalcomSignature.verify(body, header, secrets))
          .as(String.valueOf(header))
          .isInstanceOf(Verdict.Malformed.class);
    }
  }

  private static CalcomEvent event(String body) {
    assertThat(CalcomEvent.read(body.getBytes(UTF_8))).isInstanceOf(CalcomEvent.Reading.Read.class);
    return ((CalcomEvent.Reading.Read) CalcomEvent.read(body.getBytes(UTF_8))).event();
  }
}
