package dev.tenon.sandbox.email;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Checks the Signature Version 4 of a request as AWS does: computes it again from what came, and
/// compares. The secret key is the same for every access key.
final class AwsRequestCheck {
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=(AKIA[A-Z0-9]{12,124})/([0-9]{8})/([a-z0-9-]+)/([a-z0-9-]+)"
              + "/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private final String secretKey;
  private final String service;

  AwsRequestCheck(String secretKey, String service) {
    this.secretKey = secretKey;
    this.service = service;
  }

  /// @throws ProviderRefusal with the type of AWS's error
  void check(ServerRequest request, byte[] body, Instant now) {
    String header = header(request, "authorization");
    if (header.isEmpty()) {
      throw refused("MissingAuthenticationTokenException", "Missing Authentication Token");
    }
    Matcher parts = AUTHORIZATION.matcher(header);
    if (!parts.matches()) {
      throw refused(
          "UnrecognizedClientException", "The security token included in the request is invalid.");
    }
    String time = header(request, "x-amz-date");
    checkTime(time, parts.group(2), now);
    if (!parts.group(4).equals(service)) {
      throw refused(
          "InvalidSignatureException",
          "Credential should be scoped to correct service: '%s'.".formatted(service));
    }
    if (!List.of(parts.group(5).split(";", -1)).contains("host")) {
      throw refused(
          "InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization.");
    }
    String toSign =
        String.join(
            "\n",
            "AWS4-HMAC-SHA256",
            time,
            "%s/%s/%s/aws4_request".formatted(parts.group(2), parts.group(3), parts.group(4)),
            hex(sha256(canonical(request, body, parts.group(5)).getBytes(StandardCharsets.UTF_8))));
    byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
    for (String step :
        List.of(parts.group(2), parts.group(3), parts.group(4), "aws4_request", toSign)) {
      key = hmac(key, step);
    }
    if (!MessageDigest.isEqual(key, HexFormat.of().parseHex(parts.group(6)))) {
      throw refused(
          "InvalidSignatureException",
          "The request signature we calculated does not match the signature you provided. Check"
              + " your AWS Secret Access Key and signing method. Consult the service documentation"
              + " for details.");
    }
  }

  private static void checkTime(String time, String day, Instant now) {
    Instant signedAt;
    try {
      signedAt = Instant.from(TIME.parse(time));
    } catch (DateTimeParseException e) {
      throw refused(
          "IncompleteSignatureException",
          "Authorization header requires existence of"
              + " either a 'X-Amz-Date' or a 'Date' header.");
    }
    if (!time.startsWith(day)) {
      throw refused(
          "InvalidSignatureException", "Date in Credential scope does not match YYYYMMDD.");
    }
    if (Duration.between(signedAt, now).abs().compareTo(TOLERANCE) > 0) {
      throw refused(
          "InvalidSignatureException",
          signedAt.isBefore(now)
              ? "Signature expired: %s is now earlier than %s (%s - 5 min.)"
                  .formatted(time, TIME.format(now.minus(TOLERANCE)), TIME.format(now))
              : "Signature not yet current: %s is still later than %s (%s + 5 min.)"
                  .formatted(time, TIME.format(now.plus(TOLERANCE)), TIME.format(now)));
    }
  }

  /// The path is encoded once more than it came, as for every service but S3. No request of the
  /// APIs that are simulated needs a query.
  private static String canonical(ServerRequest request, byte[] body, String names) {
    StringBuilder lines = new StringBuilder();
    for (String name : names.split(";", -1)) {
      lines.append(name).append(':').append(header(request, name).strip().replaceAll(" +", " "));
      lines.append('\n');
    }
    return String.join(
        "\n",
        request.prologue().method().text(),
        request.prologue().uriPath().rawPath().replace("%", "%25"),
        "",
        lines,
        names,
        hex(sha256(body)));
  }

  private static String header(ServerRequest request, String name) {
    return request.headers().first(HeaderNames.create(name)).orElse("");
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
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

  private static ProviderRefusal refused(String type, String words) {
    return new ProviderRefusal(403, type, words);
  }
}
