package dev.tenon.connector.email.ses;

import dev.tenon.connector.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// AWS Signature Version 4 for one service in one region (AWS, "Create a signed AWS API request").
///
/// It signs what this package sends: a path without characters that need encoding, no query, and a
/// body that is there whole. Why there is no library for it:
/// docs/decisions/0031-signature-version-4-by-hand.md.
///
/// @param accessKeyId names the key; AWS shows it in the clear
record AwsSignature(String accessKeyId, Secret secretAccessKey, String region, String service) {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
  private static final String PATH = "[A-Za-z0-9/._~-]*";

  /// Refuses an address that has a query, or whose path would have to be encoded to be signed, by
  /// [IllegalArgumentException]. Best called where the address is set: at a request it is too late.
  static void checkAddress(URI uri) {
    if (uri.getRawAuthority() == null
        || uri.getRawQuery() != null
        || !String.valueOf(uri.getRawPath()).matches(PATH)) {
      throw new IllegalArgumentException(
          "the address %s has no host, a query, or a character that would have to be encoded"
              .formatted(uri));
    }
  }

  /// The headers to send: `headers` with `X-Amz-Date` and `Authorization`. All of them and `Host`
  /// are signed, so none may change on its way. The signature holds for five minutes from `now`.
  Map<String, String> sign(
      String method, URI uri, Map<String, String> headers, byte[] body, Instant now) {
    checkAddress(uri);
    String path = uri.getRawPath();
    String time = TIME.format(now);
    String scope = "%s/%s/%s/aws4_request".formatted(time.substring(0, 8), region, service);
    Map<String, String> signed = new TreeMap<>();
    headers.forEach(
        (name, value) ->
            signed.put(name.toLowerCase(Locale.ROOT), value.strip().replaceAll(" +", " ")));
    signed.put("host", uri.getRawAuthority());
    signed.put("x-amz-date", time);
    String names = String.join(";", signed.keySet());
    String lines =
        signed.entrySet().stream()
            .map(header -> header.getKey() + ":" + header.getValue() + "\n")
            .collect(Collectors.joining());
    String request =
        String.join("\n", method, path.isEmpty() ? "/" : path, "", lines, names, hex(sha256(body)));
    String toSign = String.join("\n", ALGORITHM, time, scope, hex(sha256(bytes(request))));
    String signature = hex(hmac(signingKey(time.substring(0, 8)), toSign));
    Map<String, String> all = new TreeMap<>(headers);
    all.put("X-Amz-Date", time);
    all.put(
        "Authorization",
        "%s Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            .formatted(ALGORITHM, accessKeyId, scope, names, signature));
    return all;
  }

  byte[] signingKey(String day) {
    byte[] ofDay = hmac(bytes("AWS4" + secretAccessKey.reveal()), day);
    return hmac(hmac(hmac(ofDay, region), service), "aws4_request");
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(bytes(text));
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("the key can't be used", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
