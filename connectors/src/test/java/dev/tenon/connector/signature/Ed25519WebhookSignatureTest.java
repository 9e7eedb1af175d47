package dev.tenon.connector.signature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// Signatures of kind `v1a`, held against RFC 8032.
class Ed25519WebhookSignatureTest {
  private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

  /// What Node 20 makes of it: `crypto.sign(null, "msg_1.1614265330.{…}", key)` with the seed
  /// below. A signature of this kind has no random part, so every right one is this one.
  private static final String BY_NODE =
      "v1a,g94fxpjMLz9csz5+CsrFcEPHXGvo8sRtiB8lm0kIwpQ7Y5yEsR96OtyWcIp4nKQ1sGA5yTUc7G+BnMq6o9wiBw==";

  private static final Instant AT = Instant.ofEpochSecond(1614265330);

  /// RFC 8032, 7.1, TEST 2. The message there is not of our form, so the signature is compared with
  /// another program's by the same seed, and verified by the public key of the vector.
  @Test
  void signsWithTheSeedOfAPublishedVectorForItsPublicKey() {
    byte[] seed =
        HexFormat.of().parseHex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
    byte[] point =
        HexFormat.of().parseHex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
    byte[] both = Arrays.copyOf(seed, 64);
    System.arraycopy(point, 0, both, 32, 32);
    String signature =
        Ed25519WebhookSignature.sign(
            BODY, "msg_1", AT, Secret.of("whsk_" + Base64.getEncoder().encodeToString(both)));
    String publicKey = "whpk_" + Base64.getEncoder().encodeToString(point);
    assertThat(signature).isEqualTo(BY_NODE);
    assertThat(
            Ed25519WebhookSignature.verify(
                BODY, "msg_1", AT, "v1,AAAA v2,x v1a,=== " + signature, publicKey))
        .isTrue();
    assertThat(Ed25519WebhookSignature.verify(BODY, "msg_2", AT, signature, publicKey)).isFalse();
    assertThat(
            Ed25519WebhookSignature.verify(BODY, "msg_1", AT.plusSeconds(1), signature, publicKey))
        .isFalse();
    assertThat(Ed25519WebhookSignature.verify(new byte[1], "msg_1", AT, signature, publicKey))
        .isFalse();
  }

  @Test
  void keysThatAreMadeBelongTogether() {
    for (int i = 0; i < 50; i++) {
      Ed25519WebhookSignature.Keys keys = Ed25519WebhookSignature.generate();
      String signature = Ed25519WebhookSignature.sign(BODY, "msg_1", AT, keys.privateKey());
      assertThat(Ed25519WebhookSignature.verify(BODY, "msg_1", AT, signature, keys.publicKey()))
          .isTrue();
      String other = Ed25519WebhookSignature.generate().publicKey();
      assertThat(Ed25519WebhookSignature.verify(BODY, "msg_1", AT, signature, other)).isFalse();
    }
  }

  @Test
  void refusesWhatIsNoKeyAndAnIdWithADot() {
    Secret hmac = Secret.of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    assertThatThrownBy(() -> Ed25519WebhookSignature.sign(BODY, "msg_1", AT, hmac))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("whsk_");
    Secret key = Ed25519WebhookSignature.generate().privateKey();
    assertThatThrownBy(() -> Ed25519WebhookSignature.sign(BODY, "msg.1", AT, key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dot");
  }
}
