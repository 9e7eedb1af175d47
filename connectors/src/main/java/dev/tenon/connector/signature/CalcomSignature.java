package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Verifies Cal.com's webhooks: `X-Cal-Signature-256` is the HMAC-SHA256 of the raw body in lower
/// case hex, without a prefix (cal.com/docs, "Webhooks", 2026-03).
///
/// Nothing in the scheme tells a time, so a caught delivery verifies for ever: whoever takes one in
/// has to know it again. A webhook without a secret at Cal.com sends the words `no-secret-provided`
/// in place of a signature; they are no signature, whatever secrets there are.
public final class CalcomSignature {
  private static final byte[] NO_PREFIX = new byte[0];

  private CalcomSignature() {}

  /// Checks the signature of a delivery.
  ///
  /// @param body exactly the bytes that came
  /// @param header the value of `X-Cal-Signature-256`
  /// @param secrets the current secret first
  public static Verdict verify(byte[] body, @Nullable String header, List<Secret> secrets) {
    if (header == null) {
      return new Verdict.Malformed("the signature header is missing");
    }
    if (header.length() != HmacSha256.LENGTH * 2) {
      return new Verdict.Malformed("the signature is not 64 hexadecimal digits");
    }
    byte[] given;
    try {
      given = HexFormat.of().parseHex(header);
    } catch (IllegalArgumentException _) {
      return new Verdict.Malformed("the signature is not 64 hexadecimal digits");
    }
    if (secrets.isEmpty()) {
      return new Verdict.NoSecret();
    }
    HmacSha256 hmac = new HmacSha256();
    for (int i = 0; i < secrets.size(); i++) {
      byte[] key = secrets.get(i).reveal().getBytes(StandardCharsets.UTF_8);
      if (MessageDigest.isEqual(hmac.sign(key, NO_PREFIX, body), given)) {
        return new Verdict.Valid(i);
      }
    }
    return new Verdict.Mismatch();
  }
}
