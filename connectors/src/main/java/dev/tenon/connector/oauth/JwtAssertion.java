package dev.tenon.connector.oauth;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A signed assertion for [OAuthClient#jwtBearer] (RFC 7523), RS256 (RFC 7515, RFC 7518 section
/// 3.3).
public final class JwtAssertion {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Duration LIFETIME_MAX = Duration.ofHours(1);

  private JwtAssertion() {}

  /// Signs one. Throws [IllegalArgumentException] when the key is no RSA key in PKCS #8, or the
  /// lifetime is not up to an hour.
  ///
  /// @param keyPem the private key, `-----BEGIN PRIVATE KEY-----`
  /// @param keyId the key's name at the provider; empty for none
  /// @param claims more claims, such as `sub` or `scope`
  public static Secret sign(
      Secret keyPem,
      String keyId,
      String issuer,
      String audience,
      Map<String, String> claims,
      Instant now,
      Duration lifetime) {
    if (lifetime.compareTo(LIFETIME_MAX) > 0 || lifetime.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("an assertion lives from a second to an hour");
    }
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "RS256");
    header.put("typ", "JWT");
    if (!keyId.isEmpty()) {
      header.put("kid", keyId);
    }
    Map<String, Object> body = new LinkedHashMap<>(claims);
    body.put("iss", issuer);
    body.put("aud", audience);
    body.put("iat", now.getEpochSecond());
    body.put("exp", now.plus(lifetime).getEpochSecond());
    String signed = part(header) + "." + part(body);
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key(keyPem));
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return Secret.of(
          signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign()));
    } catch (GeneralSecurityException e) {
      // Not the cause: it may show parts of the key.
      throw new IllegalArgumentException("the private key is no RSA key in PKCS #8");
    }
  }

  private static String part(Map<String, Object> fields) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(JSON.writeValueAsBytes(fields));
  }

  private static PrivateKey key(Secret pem) throws GeneralSecurityException {
    String text =
        pem.reveal()
            .replace("-----BEGIN PRIVATE KEY-----", "")
            .replace("-----END PRIVATE KEY-----", "")
            .replaceAll("\\s", "");
    try {
      return KeyFactory.getInstance("RSA")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text)));
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("no base64");
    }
  }
}
