package dev.tenon.connector.oauth;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// What a client has to know about one authorisation server. All of it is data, so that a provider
/// with ways of its own needs no code.
///
/// @param issuer what RFC 9207's `iss` has to be; empty where the server has none
/// @param issuerAlways whether its answers always carry `iss`, so that one without is refused
/// @param authorize where people are sent
/// @param token where codes and refresh tokens become tokens
/// @param revoke how a token is taken back; empty where the provider has no way
/// @param authentication how the client shows who it is
/// @param body the form of the request for a token
/// @param pkce whether it takes a challenge: some refuse parameters that they don't know
/// @param redirectUriAgain whether the request for a token repeats the redirect URI, as OAuth 2.0
///   wants it and 2.1 no longer does
/// @param scopeSeparator what stands between scopes in the authorisation URL
/// @param scopeParameter `scope`, where the provider has no name of its own
/// @param authorizeParameters more parameters of the authorisation URL
/// @param answer where the token's answer has its parts
public record OAuthProvider(
    Optional<String> issuer,
    boolean issuerAlways,
    URI authorize,
    URI token,
    Optional<Revocation> revoke,
    ClientAuthentication authentication,
    Body body,
    boolean pkce,
    boolean redirectUriAgain,
    String scopeSeparator,
    String scopeParameter,
    Map<String, String> authorizeParameters,
    AnswerForm answer) {

  public OAuthProvider {
    authorizeParameters = Map.copyOf(authorizeParameters);
    if (issuerAlways && issuer.isEmpty()) {
      throw new IllegalArgumentException("`issuer` is needed where it is always answered");
    }
  }

  /// How the client shows who it is (RFC 6749 section 2.3.1).
  public enum ClientAuthentication {
    /// `Authorization: Basic`, both halves form-encoded before they are joined.
    BASIC,
    /// `client_id` and `client_secret` in the body.
    POST,
    /// A public client: `client_id` alone, and PKCE proves the rest.
    NONE
  }

  /// The form of the request for a token.
  public enum Body {
    FORM,
    JSON
  }

  /// How a token is taken back.
  ///
  /// @param token which one it takes
  public record Revocation(URI uri, Style style, Which token) {

    /// How it is asked.
    public enum Style {
      /// RFC 7009: `token` and `token_type_hint` in a form, with the client's authentication.
      RFC_7009,
      /// `token` in a form and nothing about the client.
      TOKEN_ONLY,
      /// An empty POST with the token as `Authorization: Bearer`.
      BEARER
    }

    /// Which token is given.
    public enum Which {
      /// The refresh token where there is one, else the access token.
      REFRESH,
      ACCESS
    }
  }

  /// Where the parts of a token's answer are, as paths with dots; the standard ones by default.
  ///
  /// @param scopeSeparator a pattern between granted scopes
  /// @param lifetime how long an access token lives where the answer doesn't say; empty for "until
  ///   it is revoked"
  /// @param expiresInMillis whether the provider counts in milliseconds
  /// @param account where the answer names the account at the provider; empty for nowhere
  public record AnswerForm(
      String accessToken,
      String refreshToken,
      String expiresIn,
      String scope,
      String scopeSeparator,
      Optional<Duration> lifetime,
      boolean expiresInMillis,
      String account) {
    /// By RFC 6749 section 5.1. Commas as well, since so many write them.
    public static final AnswerForm STANDARD =
        new AnswerForm(
            "access_token",
            "refresh_token",
            "expires_in",
            "scope",
            "[ ,]+",
            Optional.empty(),
            false,
            "");
  }
}
