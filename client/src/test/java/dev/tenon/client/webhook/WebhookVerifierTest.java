package dev.tenon.client.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.standardwebhooks.Webhook;
import dev.tenon.client.webhook.WebhookRefused.Reason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against the published vectors, and what libraries of others and openssl signed.
class WebhookVerifierTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final Instant AT = Instant.ofEpochSecond(1614265330);
  private static final String EVENT =
      "{\"id\":\"evt_1\",\"type\":\"endpoint.test\",\"tenant\":\"ten_1\","
          + "\"created_at\":\"2026-11-24T10:00:00Z\",\"data\":{\"id\":\"ep_1\","
          + "\"object\":\"endpoint\",\"message\":\"It works.\"}}";

  /// Made with `openssl genpkey -algorithm ed25519` and `openssl pkeyutl -sign -rawin`.
  private static final String PUBLIC = "whpk_iOO2V4R6C+sTP0KhCanO6JY4CInc3QJOYjVH2ItV/BY=";

  private static final String BY_OPENSSL =
      "v1a,Z40mGGy/8PVpzCMKHtRsE3OG4Vax9Zt6JBB0paSfSIgv2jZUNCgLB3XCMPDz82G8FsnXmmPkPRIWG+0lZ9tYBw==";

  private final WebhookVerifier verifier =
      WebhookVerifier.of(SECRET).clock(InstantSource.fixed(AT));

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, List<String>> headers(String signature) {
    return headers(signature, AT);
  }

  private static Map<String, List<String>> headers(String signature, Instant at) {
    return Map.of(
        "Webhook-Id", List.of(ID),
        "webhook-timestamp", List.of(Long.toString(at.getEpochSecond())),
        "WEBHOOK-SIGNATURE", List.of(signature));
  }

  private static String signed(String body, Instant at) throws Exception {
    return new Webhook(SECRET).sign(ID, at.getEpochSecond(), body);
  }

  private static Reason refusal(
      WebhookVerifier verifier, String body, Map<String, List<String>> headers) {
    return catchThrowableOfType(WebhookRefused.class, () -> verifier.verify(bytes(body), headers))
        .reason();
  }

  /// The bodies of the published vectors are no events: beyond the signature they are malformed.
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      delimiter = '|',
      textBlock =
          """
          whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw|msg_p5jXN8AQM9LWM0D4loKWxJek|1614265330|{"test": 2432232314}|v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=
          whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD|msg_27UH4WbU6Z5A5EzD8u03UvzRbpk|1649367553|{"email":"test@example.com","username":"test_user"}|v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=
          """)
  void agreesWithThePublishedVectors(
      String secret, String id, long at, String body, String signature) {
    Map<String, List<String>> headers =
        Map.of(
            "webhook-id", List.of(id),
            "webhook-timestamp", List.of(Long.toString(at)),
            "webhook-signature", List.of(signature));
    WebhookVerifier then =
        WebhookVerifier.of(secret).clock(InstantSource.fixed(Instant.ofEpochSecond(at)));

    assertThat(refusal(then, body, headers)).isEqualTo(Reason.MALFORMED);
    assertThat(refusal(then, body + " ", headers)).isEqualTo(Reason.WRONG_SIGNATURE);
  }

  @Test
  void believesWhatLibrariesOfOthersSign() throws Exception {
    String standard = signed(EVENT, AT);
    String svix = new com.svix.Webhook(SECRET).sign(ID, AT.getEpochSecond(), EVENT);

    for (String signature :
        List.of(standard, svix, "v1,AAAA v2,x " + standard, "v1a,AAAA " + standard + " v1,BBBB")) {
      assertThat(verifier.verify(bytes(EVENT), headers(signature)))
          .isEqualTo(
              new TenonEvent.EndpointTest(
                  new TenonEvent.Head(
                      "evt_1", "endpoint.test", "ten_1", Instant.parse("2026-11-24T10:00:00Z")),
                  new EndpointTestData("ep_1", "endpoint", "It works.")));
    }
  }

  @Test
  void believesWhatOpensslSigns() {
    WebhookVerifier publicly = WebhookVerifier.of(PUBLIC).clock(InstantSource.fixed(AT));

    assertThat(publicly.verify(bytes(EVENT), headers(BY_OPENSSL)).id()).isEqualTo("evt_1");
    assertThat(refusal(publicly, EVENT.replace("works", "wOrks"), headers(BY_OPENSSL)))
        .isEqualTo(Reason.WRONG_SIGNATURE);
    assertThat(refusal(publicly, EVENT, headers("v1a,AAAA"))).isEqualTo(Reason.WRONG_SIGNATURE);
    // Neither kind of key is taken for the other.
    assertThat(refusal(publicly, EVENT, headers(BY_OPENSSL.replace("v1a,", "v1,"))))
        .isEqualTo(Reason.WRONG_SIGNATURE);
  }

  @Test
  void believesAnyOfSeveralKeys() throws Exception {
    WebhookVerifier both = WebhookVerifier.of(OTHER, PUBLIC, SECRET).clock(InstantSource.fixed(AT));

    assertThat(both.verify(bytes(EVENT), headers(signed(EVENT, AT))).id()).isEqualTo("evt_1");
    assertThat(both.verify(bytes(EVENT), headers(BY_OPENSSL)).id()).isEqualTo("evt_1");
    assertThat(
            refusal(
                WebhookVerifier.of(OTHER).clock(InstantSource.fixed(AT)),
                EVENT,
                headers(signed(EVENT, AT))))
        .isEqualTo(Reason.WRONG_SIGNATURE);
  }

  @Test
  void refusesWhatIsNotInTime() throws Exception {
    Instant old = AT.minusSeconds(301);
    Instant ahead = AT.plusSeconds(301);

    assertThat(refusal(verifier, EVENT, headers(signed(EVENT, old), old)))
        .isEqualTo(Reason.TOO_OLD);
    assertThat(refusal(verifier, EVENT, headers(signed(EVENT, ahead), ahead)))
        .isEqualTo(Reason.TOO_NEW);
    assertThat(
            verifier
                .tolerance(Duration.ofMinutes(6))
                .verify(bytes(EVENT), headers(signed(EVENT, old), old))
                .id())
        .isEqualTo("evt_1");
    // Only what was truly signed is called old.
    assertThat(refusal(verifier, EVENT, headers(signed(EVENT, AT), old)))
        .isEqualTo(Reason.WRONG_SIGNATURE);
  }

  @Test
  void refusesHeadersThatLackSomethingOrHaveAnotherForm() throws Exception {
    Map<String, List<String>> good = headers(signed(EVENT, AT));
    for (String gone : good.keySet()) {
      Map<String, List<String>> less = new HashMap<>(good);
      less.remove(gone);
      assertThat(refusal(verifier, EVENT, less)).as(gone).isEqualTo(Reason.MALFORMED);
    }
    for (String time : List.of("", "x", "-1", "1614265330.0", "1".repeat(13))) {
      Map<String, List<String>> other = new HashMap<>(good);
      other.put("webhook-timestamp", List.of(time));
      assertThat(refusal(verifier, EVENT, other)).as(time).isEqualTo(Reason.MALFORMED);
    }
    for (String signature : List.of("v1", "v2," + signed(EVENT, AT).substring(3), "v1,", "")) {
      assertThat(refusal(verifier, EVENT, headers(signature)))
          .as(signature)
          .isEqualTo(Reason.WRONG_SIGNATURE);
    }
    // Beyond the first sixteen nothing is looked at.
    assertThat(refusal(verifier, EVENT, headers("v1,x ".repeat(16) + signed(EVENT, AT))))
        .isEqualTo(Reason.WRONG_SIGNATURE);
  }

  @Test
  void takesNoKeyThatIsNone() {
    for (String wrong :
        List.of("", "whsec_", "whsec_c2hvcnQ=", "whpk_AAAA", SECRET.substring(6), "whsec_ü")) {
      assertThatIllegalArgumentException()
          .as(wrong)
          .isThrownBy(() -> WebhookVerifier.of(wrong))
          .withMessageNotContaining("c2hvcnQ");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> WebhookVerifier.of(List.of()));
    assertThat(verifier.toString()).doesNotContain("MfKQ");
  }

  @Test
  void keepsTypesThatItDoesNotKnowAndThinPayloads() throws Exception {
    String unknown = EVENT.replace("endpoint.test", "lead.qualified");
    String thin =
        EVENT
            .replace("endpoint.test", "subscription.activated")
            .replace(",\"message\":\"It works.\"", "");

    assertThat(verifier.verify(bytes(unknown), headers(signed(unknown, AT))))
        .isInstanceOfSatisfying(
            TenonEvent.Other.class,
            other -> {
              assertThat(other.type()).isEqualTo("lead.qualified");
              assertThat(other.data()).containsEntry("message", "It works.");
            });
    assertThat(verifier.verify(bytes(thin), headers(signed(thin, AT))))
        .isInstanceOfSatisfying(
            TenonEvent.Thin.class, it -> assertThat(it.objectId()).isEqualTo("ep_1"));
  }

  @Test
  void refusesABodyThatIsNoEvent() throws Exception {
    for (String body :
        List.of("[]", "{}", EVENT.replace("evt_1", "").replace("\"id\":\"\",", ""))) {
      assertThat(refusal(verifier, body, headers(signed(body, AT)))).isEqualTo(Reason.MALFORMED);
    }
    assertThat(Reason.values()).hasSize(4);
  }
}
