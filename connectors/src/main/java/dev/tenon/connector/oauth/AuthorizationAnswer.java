package dev.tenon.connector.oauth;

import dev.tenon.connector.Secret;
import java.util.Map;
import java.util.Optional;

/// What the browser brings back from the provider. The caller has looked at `state` before: without
/// a good one nothing here may be believed.
public sealed interface AuthorizationAnswer {
  /// The longest code that is taken; real ones have a few hundred characters.
  int CODE_CHARS_MAX = 4096;

  /// A code for the token endpoint, good once.
  record Code(Secret code) implements AuthorizationAnswer {}

  /// The person said no.
  record Denied(String words) implements AuthorizationAnswer {}

  /// The provider says why it can't.
  ///
  /// @param error its code, such as `invalid_scope`
  /// @param words its description, for people; empty where there is none
  record Failed(String error, String words) implements AuthorizationAnswer {}

  /// It is not the answer of the server that was asked (mix-up, RFC 9207), or is none at all. The
  /// code in it must not be sent anywhere.
  record NotOurs(String why) implements AuthorizationAnswer {}

  /// Reads the query of the redirect URI. `iss` is compared before anything else counts, errors
  /// included.
  static AuthorizationAnswer read(OAuthProvider provider, Map<String, String> query) {
    Optional<String> issuer = Optional.ofNullable(query.get("iss"));
    if (issuer.isPresent() && !issuer.equals(provider.issuer()) && provider.issuer().isPresent()) {
      return new NotOurs("the answer comes from another issuer than was asked");
    }
    if (issuer.isEmpty() && provider.issuerAlways()) {
      return new NotOurs("the answer doesn't say who issued it, which this provider always does");
    }
    String error = bounded(query.getOrDefault("error", ""));
    if (!error.isEmpty()) {
      String words = bounded(query.getOrDefault("error_description", ""));
      return error.equals("access_denied") ? new Denied(words) : new Failed(error, words);
    }
    String code = query.getOrDefault("code", "");
    if (code.isBlank() || code.length() > CODE_CHARS_MAX) {
      return new NotOurs("the answer has no code");
    }
    return new Code(Secret.of(code));
  }

  /// Printable, and no longer than a person reads.
  private static String bounded(String text) {
    String cut = text.length() > 300 ? text.substring(0, 300) : text;
    return cut.replaceAll("\\p{Cntrl}", " ").strip();
  }
}
