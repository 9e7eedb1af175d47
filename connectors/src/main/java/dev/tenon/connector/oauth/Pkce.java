package dev.tenon.connector.oauth;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/// Proof key for code exchange, method S256 (RFC 7636). One for each time that somebody is sent to
/// a provider, also after a failure.
///
/// @param verifier 43 to 128 unreserved characters; goes to the token endpoint only
/// @param challenge what the authorisation URL carries, 43 characters
public record Pkce(Secret verifier, String challenge) {
  /// The only method: `plain` protects against nobody who reads the URL.
  public static final String METHOD = "S256";

  private static final int RANDOM_BYTES = 32;

  /// A new one of 32 random bytes.
  public static Pkce create(SecureRandom random) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    return of(Secret.of(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)));
  }

  /// The one of a verifier that is there already. Throws [IllegalArgumentException] when it is none
  /// by RFC 7636 section 4.1.
  public static Pkce of(Secret verifier) {
    if (!verifier.reveal().matches("[A-Za-z0-9._~-]{43,128}")) {
      throw new IllegalArgumentException(
          "a code verifier has 43 to 128 letters, digits and `-._~`");
    }
    return new Pkce(verifier, challengeOf(verifier));
  }

  private static String challengeOf(Secret verifier) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(verifier.reveal().getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
