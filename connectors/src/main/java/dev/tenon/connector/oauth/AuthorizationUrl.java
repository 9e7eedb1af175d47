package dev.tenon.connector.oauth;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Makes the URL that people are sent to (RFC 6749 section 4.1.1, code flow only).
public final class AuthorizationUrl {
  private AuthorizationUrl() {}

  /// The URL. What the provider's data says about parameters never replaces one of the protocol.
  ///
  /// @param redirectUri as it is registered, to the character
  /// @param state random, for one use, and bound to the browser by the caller
  /// @param pkce sent where the provider takes it
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public static URI of(
      OAuthProvider provider,
      String clientId,
      URI redirectUri,
      List<String> scopes,
      String state,
      Optional<Pkce> pkce) {
    Map<String, String> parameters = new LinkedHashMap<>(provider.authorizeParameters());
    parameters.put("response_type", "code");
    parameters.put("client_id", clientId);
    parameters.put("redirect_uri", redirectUri.toString());
    if (!scopes.isEmpty()) {
      parameters.put(provider.scopeParameter(), String.join(provider.scopeSeparator(), scopes));
    }
    parameters.put("state", state);
    if (provider.pkce()) {
      pkce.ifPresent(
          proof -> {
            parameters.put("code_challenge", proof.challenge());
            parameters.put("code_challenge_method", Pkce.METHOD);
          });
    }
    String base = provider.authorize().toString();
    return URI.create(base + (base.contains("?") ? "&" : "?") + form(parameters));
  }

  /// `application/x-www-form-urlencoded`; spaces as `%20`, which reads the same in a query and a
  /// body and is misread by nobody.
  static String form(Map<String, String> parameters) {
    var text = new StringBuilder();
    parameters.forEach(
        (name, value) -> {
          if (!text.isEmpty()) {
            text.append('&');
          }
          text.append(encode(name)).append('=').append(encode(value));
        });
    return text.toString();
  }

  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
