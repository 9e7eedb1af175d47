package dev.tenon.sandbox.stripe;

import static org.assertj.core.api.Assertions.assertThat;

import com.stripe.net.Webhook;
import java.time.Instant;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/// Our signer against vectors made with an independent HMAC, and against stripe-java's.
class StripeSignatureTest {
  private static final Instant AT = Instant.ofEpochSecond(1_700_000_000);
  private static final String BODY =
      "{\n  \"id\": \"evt_test_webhook\",\n  \"object\": \"event\"\n}";

  @Test
  void agreesWithThePublishedVectors() {
    assertThat(StripeSignature.header(List.of("whsec_test_secret"), AT, BODY))
        .isEqualTo(
            "t=1700000000,v1=4f1cd7feda9826e746b7d482c4badebb657398df1099e1046364f6196a230150");
    assertThat(
            StripeSignature.header(
                List.of("whsec_test_secret"),
                AT,
                "{\"id\":\"evt_utf8\",\"object\":\"event\",\"note\":\"1 × Café €\"}"))
        .endsWith("v1=185c7c45d7bc3f07a8b4d73f1d5556a2095d1ff088173bce20a3af1ed90fb9d4");
  }

  @Test
  void signsWithBothSecretsDuringARoll() {
    assertThat(StripeSignature.header(List.of("whsec_test_secret", "whsec_old_secret"), AT, BODY))
        .contains("v1=4f1cd7fe", ",v1=a3b06bfb");
  }

  @Property(tries = 100)
  void agreesWithStripesJavaSigner(@ForAll String body) throws Exception {
    assertThat(StripeSignature.header(List.of("whsec_x"), AT, body))
        .isEqualTo(Webhook.Signature.generateSignatureHeader(body, "whsec_x", AT.getEpochSecond()));
  }
}
