package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/// Verifies the signature that stands *in* a webhook of Mailgun: the HMAC-SHA256 of `timestamp` and
/// `token`, one after the other, in hexadecimal (Mailgun, "Securing Webhooks", 2026-11).
///
/// **It covers no other byte.** It proves that Mailgun made this token for this account, not that
/// the rest of the body is what Mailgun wrote. So a token counts once, and never again with another
/// body: whoever uses this has to remember tokens for at least [#AGE_MAX].
public final class MailgunSignature {
  /// Mailgun repeats for eight hours what was not answered.
  public static final Duration AGE_MAX = Duration.ofHours(12);

  private static final int TOKEN_CHARS_MAX = 200;

  private MailgunSignature() {}

  /// Checks the signature first and the time second.
  ///
  /// @param timestamp unix seconds, as they stand in the body
  /// @param keys the current webhook signing key first
  public static Verdict verify(
      String timestamp, String token, String signature, List<Secret> keys, Instant now) {
    long signedAt = SignedTime.parse(timestamp, 0, timestamp.length());
    if (signedAt < 0 || token.isEmpty() || token.length() > TOKEN_CHARS_MAX) {
      return new Verdict.Malformed("the body's signature has no timestamp or no token");
    }
    byte[] given;
    try {
      given = HexFormat.of().parseHex(signature);
    } catch (IllegalArgumentException _) {
      return new Verdict.Malformed("the body's signature is not hexadecimal");
    }
    if (keys.isEmpty()) {
      return new Verdict.NoSecret();
    }
    HmacSha256 hmac = new HmacSha256();
    byte[] prefix = timestamp.getBytes(StandardCharsets.UTF_8);
    byte[] rest = token.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < keys.size(); i++) {
      byte[] key = keys.get(i).reveal().getBytes(StandardCharsets.UTF_8);
      if (MessageDigest.isEqual(hmac.sign(key, prefix, rest), given)) {
        return SignedTime.judge(signedAt, now, i, AGE_MAX.toSeconds());
      }
    }
    return new Verdict.Mismatch();
  }
}
