package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// A scheme of signing webhooks by HMAC, as data: most of those that services have made up differ
/// in a header's name, a prefix, an encoding and what is signed beside the body.
///
/// The key is the secret's text in UTF-8. Without a timestamp among what is signed nobody can tell
/// how old a webhook is: then only its id, or its body, tells a repeat.
///
/// @param algorithm `sha256`, `sha1` or `sha512`
/// @param encoding of the signature: `hex`, in either case, or `base64`
/// @param header where the signature stands, in lower case
/// @param prefix what stands before the signature there, such as `sha256=`; may be empty
/// @param timestampHeader where the unix seconds of the signing stand; empty for none
/// @param idHeader where the id of the delivery stands; empty for none
/// @param content what is signed: `{body}`, and before or behind it text, `{timestamp}` and `{id}`
/// @param tolerance how old, or how far ahead, a timestamp may be
public record HmacScheme(
    String algorithm,
    String encoding,
    String header,
    String prefix,
    String timestampHeader,
    String idHeader,
    String content,
    Duration tolerance) {
  private static final String BODY = "{body}";
  private static final int HEADER_CHARS_MAX = 4096;

  /// Reads settings of these names, with the usual where one is missing.
  public static HmacScheme of(Map<String, String> settings) {
    return new HmacScheme(
        settings.getOrDefault("algorithm", "sha256"),
        settings.getOrDefault("encoding", "hex"),
        settings.getOrDefault("signature_header", "x-signature").toLowerCase(Locale.ROOT),
        settings.getOrDefault("signature_prefix", ""),
        settings.getOrDefault("timestamp_header", "").toLowerCase(Locale.ROOT),
        settings.getOrDefault("id_header", "").toLowerCase(Locale.ROOT),
        settings.getOrDefault("signed_content", BODY),
        Duration.ofSeconds(Long.parseLong(settings.getOrDefault("tolerance_seconds", "300"))));
  }

  /// Checks the signature first and the time, where there is one, second.
  ///
  /// @param body exactly the bytes that came
  /// @param lookUp given lower-case names; answers null for those that didn't come
  /// @param secrets the current secret first
  public Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> lookUp, List<Secret> secrets, Instant now) {
    @Nullable String said = lookUp.apply(header);
    if (said == null || said.length() > HEADER_CHARS_MAX || !said.startsWith(prefix)) {
      return new Verdict.Malformed("there is no signature of this form in its header");
    }
    byte[] signature = decoded(said.substring(prefix.length()).strip());
    if (signature.length == 0) {
      return new Verdict.Malformed("the signature is not " + encoding);
    }
    String timestamp = timestampHeader.isEmpty() ? "" : value(lookUp, timestampHeader);
    String id = idHeader.isEmpty() ? "" : value(lookUp, idHeader);
    boolean timed = content.contains("{timestamp}");
    long signedAt = timed ? SignedTime.parse(timestamp, 0, timestamp.length()) : 0;
    if (signedAt < 0) {
      return new Verdict.Malformed("the timestamp is not a number of seconds");
    }
    if (content.contains("{id}") && id.isEmpty()) {
      return new Verdict.Malformed("there is no id in its header");
    }
    String filled = content.replace("{timestamp}", timestamp).replace("{id}", id);
    int at = filled.indexOf(BODY);
    byte[] before = filled.substring(0, at).getBytes(StandardCharsets.UTF_8);
    byte[] behind = filled.substring(at + BODY.length()).getBytes(StandardCharsets.UTF_8);
    boolean usable = false;
    for (int i = 0; i < secrets.size(); i++) {
      byte[] key = secrets.get(i).reveal().getBytes(StandardCharsets.UTF_8);
      if (key.length > 0) {
        usable = true;
        if (MessageDigest.isEqual(sign(key, before, body, behind), signature)) {
          return timed ? judge(Instant.ofEpochSecond(signedAt), now, i) : new Verdict.Valid(i);
        }
      }
    }
    return usable ? new Verdict.Mismatch() : new Verdict.NoSecret();
  }

  private Verdict judge(Instant signedAt, Instant now, int secret) {
    Duration age = Duration.between(signedAt, now);
    if (age.compareTo(tolerance) > 0) {
      return new Verdict.TooOld(age);
    }
    return age.negated().compareTo(tolerance) > 0
        ? new Verdict.TooNew(age.negated())
        : new Verdict.Valid(secret);
  }

  private static String value(UnaryOperator<@Nullable String> lookUp, String name) {
    @Nullable String value = lookUp.apply(name);
    // A brace would be read as a place of the template.
    return value == null || value.length() > 256 || value.indexOf('{') >= 0 ? "" : value;
  }

  private byte[] sign(byte[] key, byte[] before, byte[] body, byte[] behind) {
    String name = "Hmac" + algorithm.toUpperCase(Locale.ROOT);
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(key, name));
      mac.update(before);
      mac.update(body);
      return mac.doFinal(behind);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform lacks " + name, e);
    }
  }

  /// Empty when it is not of the encoding.
  private byte[] decoded(String text) {
    try {
      return encoding.equals("base64")
          ? Base64.getDecoder().decode(text)
          : HexFormat.of().parseHex(text);
    } catch (IllegalArgumentException _) {
      return new byte[0];
    }
  }
}
