package dev.tenon.connector.oauth;

import dev.tenon.connector.Outcome;
import java.time.Duration;

/// How a request for a token ended. Its detail never holds a token, a code or a secret.
public sealed interface TokenResult {
  /// The provider gave tokens.
  record Granted(Tokens tokens) implements TokenResult {}

  /// The provider refuses for good; time doesn't mend it.
  record Refused(Reason reason, Outcome.Detail detail) implements TokenResult {}

  /// Certainly not done; the same request may be made again.
  record Passing(Duration retryAfter, Outcome.Detail detail) implements TokenResult {}

  /// The answer was lost. The provider may have used up the code or replaced the refresh token.
  record Lost(Outcome.Detail detail) implements TokenResult {}

  /// Whose fault a refusal is (RFC 6749 section 5.2).
  enum Reason {
    /// `invalid_grant`: the code or the refresh token is not good, or no longer.
    GRANT,
    /// `invalid_client`, `unauthorized_client`: the app's id or secret is wrong. The grant may be
    /// well.
    CLIENT,
    /// Any other refusal: the request or an answer that is none.
    REQUEST
  }
}
