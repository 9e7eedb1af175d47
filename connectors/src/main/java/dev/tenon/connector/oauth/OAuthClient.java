package dev.tenon.connector.oauth;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Secret;
import dev.tenon.connector.http.HttpCall;
import dev.tenon.connector.http.HttpResult;
import dev.tenon.connector.http.ProviderHttp;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/// Asks one provider for tokens as one client. It repeats nothing and remembers nothing: who asks
/// decides what a lost answer means, and keeps two refreshes from running at once.
///
/// Every credential goes in a header or a body, never in a URL.
public final class OAuthClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final OAuthProvider provider;
  private final String clientId;
  private final Optional<Secret> clientSecret;
  private final ProviderHttp http;
  private final Duration timeout;

  /// @param clientSecret empty for a public client
  /// @param timeout bound for one exchange
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public OAuthClient(
      OAuthProvider provider,
      String clientId,
      Optional<Secret> clientSecret,
      ProviderHttp http,
      Duration timeout) {
    this.provider = provider;
    this.clientId = clientId;
    this.clientSecret = clientSecret;
    this.http = http;
    this.timeout = timeout;
  }

  /// Exchanges a code, once: a code whose answer was lost is gone.
  ///
  /// @param pkce the one whose challenge was sent; empty where none was
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public TokenResult exchange(Secret code, URI redirectUri, Optional<Pkce> pkce) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "authorization_code");
    fields.put("code", code.reveal());
    if (provider.redirectUriAgain()) {
      fields.put("redirect_uri", redirectUri.toString());
    }
    pkce.ifPresent(proof -> fields.put("code_verifier", proof.verifier().reveal()));
    return ask(fields);
  }

  /// Asks for a new access token. A refresh token in the answer replaces this one.
  public TokenResult refresh(Secret refreshToken) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "refresh_token");
    fields.put("refresh_token", refreshToken.reveal());
    return ask(fields);
  }

  /// Asks in the client's own name (RFC 6749 section 4.4).
  public TokenResult clientCredentials(List<String> scopes) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "client_credentials");
    if (!scopes.isEmpty()) {
      fields.put("scope", String.join(" ", scopes));
    }
    return ask(fields);
  }

  /// Asks with a signed assertion (RFC 7523 section 2.1), see [JwtAssertion].
  public TokenResult jwtBearer(Secret assertion, List<String> scopes) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
    fields.put("assertion", assertion.reveal());
    if (!scopes.isEmpty()) {
      fields.put("scope", String.join(" ", scopes));
    }
    return ask(fields);
  }

  private TokenResult ask(Map<String, String> fields) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json");
    authenticate(fields, headers);
    return TokenAnswers.read(
        provider.answer(), http.call(post(provider.token(), fields, headers, provider.body())));
  }

  /// Takes the grant back at the provider.
  ///
  /// @param access the access token
  /// @param refresh the refresh token, where there is one
  /// @return accepted when the tokens are good for nothing any more
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public Outcome<Boolean> revoke(Secret access, Optional<Secret> refresh) {
    if (provider.revoke().isEmpty()) {
      return new Outcome.RefusedRequest<>(
          Outcome.Detail.none("the provider has no way to take a token back"));
    }
    OAuthProvider.Revocation how = provider.revoke().get();
    boolean takesRefresh =
        how.token() == OAuthProvider.Revocation.Which.REFRESH && refresh.isPresent();
    Secret token = takesRefresh ? refresh.get() : access;
    Map<String, String> fields = new LinkedHashMap<>();
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Accept", "application/json");
    switch (how.style()) {
      case RFC_7009 -> {
        fields.put("token", token.reveal());
        fields.put("token_type_hint", takesRefresh ? "refresh_token" : "access_token");
        authenticate(fields, headers);
      }
      case TOKEN_ONLY -> fields.put("token", token.reveal());
      case BEARER -> headers.put("Authorization", "Bearer " + token.reveal());
    }
    return revoked(http.call(post(how.uri(), fields, headers, OAuthProvider.Body.FORM)));
  }

  /// A token that the provider doesn't know is as good as revoked (RFC 7009 section 2.2).
  private static Outcome<Boolean> revoked(HttpResult result) {
    return switch (result) {
      case HttpResult.NotSent(String reason) ->
          new Outcome.Passing<>(Duration.ZERO, Outcome.Detail.none(reason));
      case HttpResult.MaybeSent(String reason) ->
          new Outcome.Unknown<>(Outcome.Detail.none(reason));
      case HttpResult.TooLong(String reason) -> new Outcome.Unknown<>(Outcome.Detail.none(reason));
      case HttpResult.Answered answered -> {
        var detail = new Outcome.Detail(answered.status(), "", "", "");
        boolean unknownToken =
            answered.status() == 400
                && (answered.text().contains("invalid_token")
                    || answered.text().contains("token_revoked"));
        yield answered.status() / 100 == 2 || unknownToken
            ? new Outcome.Accepted<>(true, detail)
            : answered.status() == 429 || answered.status() == 503
                ? new Outcome.Passing<>(Duration.ZERO, detail)
                : answered.status() >= 500
                    ? new Outcome.Unknown<>(detail)
                    : new Outcome.RefusedRequest<>(detail);
      }
    };
  }

  /// One way of showing who calls, never two (RFC 6749 section 2.3).
  private void authenticate(Map<String, String> fields, Map<String, String> headers) {
    switch (provider.authentication()) {
      case BASIC -> {
        String pair =
            AuthorizationUrl.encode(clientId)
                + ":"
                + clientSecret.map(Secret::reveal).map(AuthorizationUrl::encode).orElse("");
        headers.put(
            "Authorization",
            "Basic "
                + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII)));
      }
      case POST -> {
        fields.put("client_id", clientId);
        clientSecret.ifPresent(secret -> fields.put("client_secret", secret.reveal()));
      }
      case NONE -> fields.put("client_id", clientId);
    }
  }

  private HttpCall post(
      URI uri, Map<String, String> fields, Map<String, String> headers, OAuthProvider.Body form) {
    byte[] body =
        switch (form) {
          case FORM -> {
            headers.put("Content-Type", "application/x-www-form-urlencoded");
            yield AuthorizationUrl.form(fields).getBytes(StandardCharsets.US_ASCII);
          }
          case JSON -> {
            headers.put("Content-Type", "application/json");
            yield JSON.writeValueAsBytes(fields);
          }
        };
    return HttpCall.post(uri, headers, body).within(timeout);
  }
}
