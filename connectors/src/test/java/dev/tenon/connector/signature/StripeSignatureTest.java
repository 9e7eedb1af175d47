package dev.tenon.connector.signature;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.net.Webhook;
import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The vectors were made with an independent HMAC; the signer beside ours is Stripe's own library.
class StripeSignatureTest {
  private static final Instant AT = Instant.ofEpochSecond(1_700_000_000);
  private static final Secret SECRET = Secret.of("whsec_test_secret");
  private static final Secret OLD = Secret.of("whsec_old_secret");
  private static final byte[] BODY =
      utf8("{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}");
  private static final String V1 =
      "4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150";
  private static final String V1_OLD =
      "a3b06bfb0b8377ba0caf8f23f529d1856777dfc0a6148447aafcf3ae77adc5e4";

  @Test
  void acceptsTheKnownVectors() {
    assertThat(BODY).hasSize(51);
    assertThat(verify("t=1700000000,v1=" + V1)).isEqualTo(new Verdict.Valid(0));
    assertThat(StripeSignature.verify(BODY, "t=1700000000,v1=" + V1_OLD, List.of(OLD), AT))
        .isEqualTo(new Verdict.Valid(0));
    byte[] beyondAscii = utf8("{\"id\":\"evt_utf8\",\"object\":\"event\",\"note\":\"1 × Café €\"}");
    assertThat(beyondAscii).hasSize(58);
    String header =
        "t=1700000000,v1=185c7c45d7bc3f07a8b4d73f1d5556a2095d1ff088173bce20a3af1ed90fb9d4";
    assertThat(StripeSignature.verify(beyondAscii, header, List.of(SECRET), AT))
        .isEqualTo(new Verdict.Valid(0));
  }

  @Test
  void signsAsTheKnownVectorDoes() {
    assertThat(StripeSignature.sign(BODY, SECRET, AT)).isEqualTo("t=1700000000,v1=" + V1);
  }

  @Property(tries = 200)
  void acceptsWhatStripesOwnLibrarySigns(
      @ForAll String body, @ForAll @LongRange(min = 0, max = 4_000_000_000L) long time)
      throws Exception {
    // Unpaired surrogates have no UTF-8 form and can't come over the wire.
    String sendable = new String(utf8(body), StandardCharsets.UTF_8);
    String header = Webhook.Signature.generateSignatureHeader(sendable, SECRET.reveal(), time);
    Instant at = Instant.ofEpochSecond(time);
    assertThat(StripeSignature.verify(utf8(sendable), header, List.of(OLD, SECRET), at))
        .isEqualTo(new Verdict.Valid(1));
    assertThat(StripeSignature.sign(utf8(sendable), SECRET, at)).isEqualTo(header);
  }

  @Test
  void acceptsEitherSecretDuringARoll() {
    String both = "t=1700000000,v1=" + V1 + ",v1=" + V1_OLD;
    assertThat(StripeSignature.verify(BODY, both, List.of(SECRET), AT))
        .isEqualTo(new Verdict.Valid(0));
    assertThat(StripeSignature.verify(BODY, both, List.of(OLD), AT))
        .isEqualTo(new Verdict.Valid(0));
    String onlyOld = "t=1700000000,v1=" + V1_OLD;
    assertThat(StripeSignature.verify(BODY, onlyOld, List.of(SECRET, OLD), AT))
        .isEqualTo(new Verdict.Valid(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v1=%s,t=1700000000",
        "t=1700000000, v1=%s",
        " t=1700000000 ,\tv1=%s ",
        "t=1700000000,v1=%s,v0=00",
        "t=1700000000,v1=bad,v1=%s",
        "t=1700000000,v1=0000000000000000000000000000000000000000000000000000000000000000,v1=%s",
        "t=1700000000,v2=x,,=,nothing,v1=%s,",
      })
  void forgivesOrderBlanksAndUnknownItems(String form) {
    assertThat(verify(form.formatted(V1))).isEqualTo(new Verdict.Valid(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "t",
        "v1",
        "t=",
        "t=abc,v1=%s",
        "t=1700000000",
        "v1=%s",
        "t=-1700000000,v1=%s",
        "t=+1700000000,v1=%s",
        "t=17000000000000,v1=%s",
        "t=1700000000.0,v1=%s",
        "t=١٧٠٠٠٠٠٠٠٠,v1=%s",
        "t=1700000000,t=1700000000,v1=%s",
        "t=1700000000,v0=%s",
        "T=1700000000,v1=%s",
      })
  void callsAHeaderWithoutTheFormMalformed(String form) {
    assertThat(verify(form.formatted(V1))).isInstanceOf(Verdict.Malformed.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "t=1700000001,v1=%s",
        "t=1700000000,v1=x%s",
        "t=1700000000,v1=%s0",
        "t=1700000000,v1=",
        "t=1700000000,v1= %s",
        "t=01700000000,v1=%s",
        "t=1700000000,v1=4f1cd7",
      })
  void refusesASignatureThatDoesNotMatch(String form) {
    assertThat(verify(form.formatted(V1))).isEqualTo(new Verdict.Mismatch());
  }

  @Test
  void refusesAMissingHeaderAndOneWithoutEnd() {
    assertThat(verify(null)).isInstanceOf(Verdict.Malformed.class);
    assertThat(verify("t=1700000000,v1=" + V1 + ",".repeat(5000)))
        .isInstanceOf(Verdict.Malformed.class);
    assertThat(verify("t=1700000000" + (",v1=" + V1).repeat(17)))
        .isInstanceOf(Verdict.Malformed.class);
  }

  @Test
  void refusesChangedBytesAndAnotherSecret() {
    byte[] changed = BODY.clone();
    changed[5] ^= 1;
    String header = "t=1700000000,v1=" + V1;
    assertThat(StripeSignature.verify(changed, header, List.of(SECRET), AT))
        .isEqualTo(new Verdict.Mismatch());
    assertThat(StripeSignature.verify(BODY, header, List.of(OLD), AT))
        .isEqualTo(new Verdict.Mismatch());
    assertThat(StripeSignature.verify(BODY, header, List.of(), AT))
        .isEqualTo(new Verdict.NoSecret());
  }

  @Test
  void toleratesFiveMinutesBothWaysAndNoSecondMore() {
    String header = "t=1700000000,v1=" + V1;
    assertThat(verifyAt(header, AT.plusSeconds(300))).isEqualTo(new Verdict.Valid(0));
    assertThat(verifyAt(header, AT.minusSeconds(300))).isEqualTo(new Verdict.Valid(0));
    assertThat(verifyAt(header, AT.plusSeconds(301)))
        .isEqualTo(new Verdict.TooOld(Duration.ofSeconds(301)));
    assertThat(verifyAt(header, AT.minusSeconds(301)))
        .isEqualTo(new Verdict.TooNew(Duration.ofSeconds(301)));
    assertThat(verifyAt("t=1600000000,v1=" + V1, AT)).isEqualTo(new Verdict.Mismatch());
  }

  @Property(tries = 3000)
  void neverThrowsAndNeverAcceptsAnArbitraryHeader(@ForAll("headers") String header) {
    assertThat(verify(header)).isNotInstanceOf(Verdict.Valid.class);
  }

  /// Any text, and texts made of the pieces of a real header, which reach deeper into the parser.
  @Provide
  Arbitrary<String> headers() {
    Arbitrary<String> pieces =
        Arbitraries.of("t=", "v1=", "v0=", ",", "=", " ", "1700000000", V1_OLD, "t", "v1", "٣", "-")
            .list()
            .ofMaxSize(12)
            .map(list -> String.join("", list));
    return Arbitraries.oneOf(Arbitraries.strings(), pieces);
  }

  private static Verdict verify(@org.jspecify.annotations.Nullable String header) {
    return StripeSignature.verify(BODY, header, List.of(SECRET), AT);
  }

  private static Verdict verifyAt(String header, Instant now) {
    return StripeSignature.verify(BODY, header, List.of(SECRET), now);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
