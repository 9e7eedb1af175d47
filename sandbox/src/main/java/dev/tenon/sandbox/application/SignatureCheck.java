package dev.tenon.sandbox.application;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What a receiver does first: checks by Standard Webhooks 1.0.0 that the bytes come from who holds
/// the secret, and that they are not old. Written from the specification
/// (https://www.standardwebhooks.com), not from the sender.
final class SignatureCheck {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  private SignatureCheck() {}

  /// What came of it.
  enum Verdict {
    VERIFIED("verified"),
    NO_SECRET("no secret is set"),
    INCOMPLETE("a header is missing"),
    TOO_OLD("the timestamp is more than five minutes off"),
    WRONG("the signature does not match");

    private final String words;

    Verdict(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  static Verdict check(
      String secret, String id, String timestamp, String signatures, byte[] body, Instant now) {
    if (secret.isEmpty()) {
      return Verdict.NO_SECRET;
    }
    if (id.isEmpty() || timestamp.isEmpty() || signatures.isEmpty()) {
      return Verdict.INCOMPLETE;
    }
    Instant signedAt;
    try {
      signedAt = Instant.ofEpochSecond(Long.parseLong(timestamp));
    } catch (NumberFormatException e) {
      return Verdict.INCOMPLETE;
    }
    byte[] expected =
        hmac(secret, (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8), body);
    for (String one : signatures.split(" ", -1)) {
      if (one.startsWith("v1,")
          && MessageDigest.isEqual(expected, one.substring(3).getBytes(StandardCharsets.UTF_8))) {
        return Duration.between(signedAt, now).abs().compareTo(TOLERANCE) > 0
            ? Verdict.TOO_OLD
            : Verdict.VERIFIED;
      }
    }
    return Verdict.WRONG;
  }

  /// The signature in base64.
  private static byte[] hmac(String secret, byte[] head, byte[] body) {
    String bare = secret.startsWith("whsec_") ? secret.substring(6) : secret;
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(bare), "HmacSHA256"));
      mac.update(head);
      return Base64.getEncoder().encode(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }
}
