package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Standard Webhooks 1.0.0 with symmetric keys (`v1`): verifies what others send by it, under the
/// `webhook-` or the older `svix-` header names, and signs what we send.
///
/// The signature is the HMAC-SHA256 of `{id}.{timestamp}.{raw body}` in base64, written
/// `v1,<base64>`; several stand in one header, parted by blanks, and any one that matches suffices.
/// The secret is `whsec_` and the key in base64.
public final class StandardWebhookSignature {
  private static final String SECRET_PREFIX = "whsec_";
  private static final String VERSION = "v1,";
  private static final int ID_CHARS_MAX = 256;
  private static final int HEADER_CHARS_MAX = 4096;
  private static final int SIGNATURE_CHARS = 44;

  private StandardWebhookSignature() {}

  /// Verifies by the three headers, found by `header`, which is given lower-case names and answers
  /// null for those that didn't come. The names are taken from one family, never mixed.
  public static Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now) {
    String family = family(header);
    return verify(
        body,
        header.apply(family + "id"),
        header.apply(family + "timestamp"),
        header.apply(family + "signature"),
        secrets,
        now);
  }

  /// The id of the delivery, of the family of headers that [#verify] goes by: one of the other
  /// family is signed by nobody. Null when it didn't come.
  public static @Nullable String id(UnaryOperator<@Nullable String> header) {
    return header.apply(family(header) + "id");
  }

  private static String family(UnaryOperator<@Nullable String> header) {
    return header.apply("webhook-signature") == null ? "svix-" : "webhook-";
  }

  /// Checks the signature first and the time, with a tolerance of 300 s both ways, second.
  ///
  /// @param body exactly the bytes that came
  /// @param id `webhook-id`, at most 256 characters
  /// @param timestamp `webhook-timestamp`, unix seconds
  /// @param signatures `webhook-signature`
  /// @param secrets the current secret first; those that are not base64 are passed over
  public static Verdict verify(
      byte[] body,
      @Nullable String id,
      @Nullable String timestamp,
      @Nullable String signatures,
      List<Secret> secrets,
      Instant now) {
    if (id == null || timestamp == null || signatures == null) {
      return new Verdict.Malformed("an id, a timestamp or a signature header is missing");
    }
    if (id.isEmpty() || id.length() > ID_CHARS_MAX || signatures.length() > HEADER_CHARS_MAX) {
      return new Verdict.Malformed("a header is empty or too long");
    }
    long signedAt = SignedTime.parse(timestamp, 0, timestamp.length());
    if (signedAt < 0) {
      return new Verdict.Malformed("the timestamp is not a number of seconds");
    }
    if (!signatures.contains(VERSION)) {
      return new Verdict.Malformed("there is no v1 signature");
    }
    return verify(body, prefix(id, timestamp), signatures, signedAt, secrets, now);
  }

  private static Verdict verify(
      byte[] body,
      byte[] prefix,
      String signatures,
      long signedAt,
      List<Secret> secrets,
      Instant now) {
    boolean usable = false;
    HmacSha256 hmac = new HmacSha256();
    for (int i = 0; i < secrets.size(); i++) {
      byte[] key = key(secrets.get(i));
      if (key.length > 0) {
        usable = true;
        byte[] expected = Base64.getEncoder().encode(hmac.sign(key, prefix, body));
        if (isAmong(signatures, expected)) {
          return SignedTime.judge(signedAt, now, i);
        }
      }
    }
    return usable ? new Verdict.Mismatch() : new Verdict.NoSecret();
  }

  private static boolean isAmong(String signatures, byte[] expected) {
    int from = 0;
    while (from < signatures.length()) {
      int blank = signatures.indexOf(' ', from);
      int to = blank < 0 ? signatures.length() : blank;
      if (to - from == VERSION.length() + SIGNATURE_CHARS && signatures.startsWith(VERSION, from)) {
        String signature = signatures.substring(from + VERSION.length(), to);
        if (MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8))) {
          return true;
        }
      }
      from = to + 1;
    }
    return false;
  }

  /// The value of `webhook-signature` for one secret; those of several are joined by a blank.
  ///
  /// @param id our own id of the event, without a dot; a dot is refused, since it would let two
  ///   different messages have the same signed text
  /// @throws IllegalArgumentException when the secret is no `whsec_` key or the id holds a dot
  public static String sign(byte[] body, String id, Instant timestamp, Secret secret) {
    if (id.isEmpty() || id.indexOf('.') >= 0) {
      throw new IllegalArgumentException("a webhook id must not be empty or hold a dot");
    }
    byte[] key = key(secret);
    if (key.length == 0) {
      throw new IllegalArgumentException("a signing secret is whsec_ and a key in base64");
    }
    byte[] prefix = prefix(id, Long.toString(timestamp.getEpochSecond()));
    return VERSION + Base64.getEncoder().encodeToString(new HmacSha256().sign(key, prefix, body));
  }

  /// The key in a secret, with or without its prefix; empty when it is not base64.
  private static byte[] key(Secret secret) {
    String text = secret.reveal();
    String bare = text.startsWith(SECRET_PREFIX) ? text.substring(SECRET_PREFIX.length()) : text;
    try {
      return Base64.getDecoder().decode(bare);
    } catch (IllegalArgumentException _) {
      return new byte[0];
    }
  }

  private static byte[] prefix(String id, String timestamp) {
    return (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
  }
}
