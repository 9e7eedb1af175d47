package dev.tenon.sandbox.stripe;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The `Stripe-Signature` header: HMAC-SHA256 of `t.body`, keyed with the whole secret as UTF-8.
final class StripeSignature {
  private StripeSignature() {}

  /// One `v1` for every secret, so that during a roll the old one verifies too.
  static String header(List<String> secrets, Instant at, String body) {
    StringBuilder header = new StringBuilder("t=").append(at.getEpochSecond());
    for (String secret : secrets) {
      header.append(",v1=").append(hmac(secret, at.getEpochSecond() + "." + body));
    }
    return header.toString();
  }

  private static String hmac(String secret, String message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(message.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
    }
  }
}
