package dev.tenon.connector.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import dev.tenon.connector.Secret;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The vectors are those that the specification's own libraries publish; the implementation beside
/// ours is the Java reference library.
class StandardWebhookSignatureTest {
  private static final Secret SECRET = Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  private static final Secret OTHER = Secret.of("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final Instant AT = Instant.ofEpochSecond(1_614_265_330);
  private static final byte[] BODY = utf8("{\"test\": 2432232314}");
  private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  @Test
  void agreesWithThePublishedVectors() {
    assertThat(verify(ID, "1614265330", SIGNATURE)).isEqualTo(new Verdict.Valid(0));
    assertThat(StandardWebhookSignature.sign(BODY, ID, AT, SECRET)).isEqualTo(SIGNATURE);
    byte[] second = utf8("{\"email\":\"test@example.com\",\"username\":\"test_user\"}");
    Instant at = Instant.ofEpochSecond(1_649_367_553);
    String id = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
    String signature = "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=";
    assertThat(StandardWebhookSignature.sign(second, id, at, OTHER)).isEqualTo(signature);
    assertThat(
            StandardWebhookSignature.verify(
                second, id, "1649367553", signature, List.of(SECRET, OTHER), at))
        .isEqualTo(new Verdict.Valid(1));
  }

  @Property(tries = 100)
  void agreesWithTheReferenceLibraryBothWays(
      @ForAll String body, @ForAll @Size(min = 24, max = 64) byte[] key) throws Exception {
    String sendable = new String(utf8(body), StandardCharsets.UTF_8);
    Secret secret = Secret.of("whsec_" + Base64.getEncoder().encodeToString(key));
    Webhook reference = new Webhook(secret.reveal());
    // The reference library has no clock to set, so both speak of the present here.
    Instant now = Instant.now();
    long seconds = now.getEpochSecond();
    assertThat(
            StandardWebhookSignature.verify(
                utf8(sendable),
                ID,
                Long.toString(seconds),
                reference.sign(ID, seconds, sendable),
                List.of(secret),
                now))
        .isEqualTo(new Verdict.Valid(0));
    String ours = StandardWebhookSignature.sign(utf8(sendable), ID, now, secret);
    reference.verify(
        sendable,
        HttpHeaders.of(
            Map.of(
                "webhook-id", List.of(ID),
                "webhook-timestamp", List.of(Long.toString(seconds)),
                "webhook-signature", List.of(ours)),
            (_, _) -> true));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1,AAAA %s",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= %s v1a,xyz",
        "%s v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
        "  %s "
      })
  void acceptsAnyOneOfSeveralSignatures(String form) {
    assertThat(verify(ID, "1614265330", form.formatted(SIGNATURE))).isEqualTo(new Verdict.Valid(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE",
        "v1,",
        "xv1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      })
  void refusesASignatureThatDoesNotMatch(String signatures) {
    assertThat(verify(ID, "1614265330", signatures)).isEqualTo(new Verdict.Mismatch());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      })
  void callsAHeaderWithoutAV1SignatureMalformed(String signatures) {
    assertThat(verify(ID, "1614265330", signatures)).isInstanceOf(Verdict.Malformed.class);
  }

  @Test
  void refusesMissingOrBrokenHeaders() {
    assertThat(verify(null, "1614265330", SIGNATURE)).isInstanceOf(Verdict.Malformed.class);
    assertThat(verify("", "1614265330", SIGNATURE)).isInstanceOf(Verdict.Malformed.class);
    assertThat(verify(ID, null, SIGNATURE)).isInstanceOf(Verdict.Malformed.class);
    assertThat(verify(ID, "soon", SIGNATURE)).isInstanceOf(Verdict.Malformed.class);
    assertThat(verify(ID, "1614265330", null)).isInstanceOf(Verdict.Malformed.class);
    assertThat(verify("msg_other", "1614265330", SIGNATURE)).isEqualTo(new Verdict.Mismatch());
  }

  @Test
  void toleratesFiveMinutesBothWays() {
    assertThat(verifyAt(AT.plusSeconds(300))).isEqualTo(new Verdict.Valid(0));
    assertThat(verifyAt(AT.minusSeconds(300))).isEqualTo(new Verdict.Valid(0));
    assertThat(verifyAt(AT.plusSeconds(301)))
        .isEqualTo(new Verdict.TooOld(Duration.ofSeconds(301)));
    assertThat(verifyAt(AT.minusSeconds(301)))
        .isEqualTo(new Verdict.TooNew(Duration.ofSeconds(301)));
  }

  @Test
  void readsTheOlderHeaderNamesButMixesNoFamilies() {
    Map<String, String> svix =
        Map.of("svix-id", ID, "svix-timestamp", "1614265330", "svix-signature", SIGNATURE);
    assertThat(StandardWebhookSignature.verify(BODY, svix::get, List.of(SECRET), AT))
        .isEqualTo(new Verdict.Valid(0));
    Map<String, String> mixed =
        Map.of("webhook-id", ID, "svix-timestamp", "1614265330", "webhook-signature", SIGNATURE);
    assertThat(StandardWebhookSignature.verify(BODY, mixed::get, List.of(SECRET), AT))
        .isInstanceOf(Verdict.Malformed.class);
  }

  @Test
  void passesOverSecretsThatAreNoKeys() {
    List<Secret> unusable = List.of(Secret.of("whsec_***"), Secret.of("whsec_"));
    assertThat(StandardWebhookSignature.verify(BODY, ID, "1614265330", SIGNATURE, unusable, AT))
        .isEqualTo(new Verdict.NoSecret());
    List<Secret> withOne = List.of(unusable.getFirst(), SECRET);
    assertThat(StandardWebhookSignature.verify(BODY, ID, "1614265330", SIGNATURE, withOne, AT))
        .isEqualTo(new Verdict.Valid(1));
  }

  @Test
  void signsNothingThatCouldBeReadTwoWays() {
    assertThatThrownBy(() -> StandardWebhookSignature.sign(BODY, "a.b", AT, SECRET))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> StandardWebhookSignature.sign(BODY, ID, AT, Secret.of("whsec_!")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("whsec_!");
  }

  @Property(tries = 1000)
  void neverThrowsAndNeverAcceptsArbitraryHeaders(
      @ForAll String id, @ForAll String timestamp, @ForAll String signatures) {
    assertThat(verify(id, timestamp, signatures)).isNotInstanceOf(Verdict.Valid.class);
    assertThat(verify(id, "1614265330", "v1," + signatures)).isNotInstanceOf(Verdict.Valid.class);
  }

  private static Verdict verify(
      @Nullable String id, @Nullable String timestamp, @Nullable String signatures) {
    return StandardWebhookSignature.verify(BODY, id, timestamp, signatures, List.of(SECRET), AT);
  }

  private static Verdict verifyAt(Instant now) {
    return StandardWebhookSignature.verify(BODY, ID, "1614265330", SIGNATURE, List.of(SECRET), now);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
