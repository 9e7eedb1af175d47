package dev.tenon.connector.signature;

import dev.tenon.connector.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Checks webhooks of a provider that signs nothing and sends a password along: by HTTP Basic
/// authentication, or in a header of its own. It proves who sends, and nothing of the body, so it
/// is worth as much as the TLS connection that it came by.
public final class SharedPassword {
  private static final int HEADER_CHARS_MAX = 2_048;
  private static final String BASIC = "Basic ";

  private SharedPassword() {}

  /// Checks `Authorization: Basic …`.
  ///
  /// @param user the user that it has to name; empty where any may
  /// @param passwords the current password first
  public static Verdict basic(@Nullable String header, String user, List<Secret> passwords) {
    if (header == null) {
      return new Verdict.Malformed("there is no authorization header");
    }
    if (header.length() > HEADER_CHARS_MAX
        || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return new Verdict.Malformed("the authorization is not Basic");
    }
    String pair;
    try {
      pair =
          new String(
              Base64.getDecoder().decode(header.substring(BASIC.length()).strip()),
              StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return new Verdict.Malformed("the authorization is not base64");
    }
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return new Verdict.Malformed("the authorization has no password");
    }
    boolean named = user.isEmpty() || isSame(pair.substring(0, colon), user);
    Verdict verdict = header(pair.substring(colon + 1), passwords);
    return verdict instanceof Verdict.Valid && !named ? new Verdict.Mismatch() : verdict;
  }

  /// Checks a header whose whole value is the password.
  public static Verdict header(@Nullable String value, List<Secret> passwords) {
    if (value == null) {
      return new Verdict.Malformed("the header with the password is missing");
    }
    if (passwords.isEmpty()) {
      return new Verdict.NoSecret();
    }
    for (int i = 0; i < passwords.size(); i++) {
      if (isSame(value, passwords.get(i).reveal())) {
        return new Verdict.Valid(i);
      }
    }
    return new Verdict.Mismatch();
  }

  private static boolean isSame(String given, String known) {
    return MessageDigest.isEqual(
        given.getBytes(StandardCharsets.UTF_8), known.getBytes(StandardCharsets.UTF_8));
  }
}
