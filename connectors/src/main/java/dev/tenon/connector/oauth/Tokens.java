package dev.tenon.connector.oauth;

import dev.tenon.connector.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a provider gave. Its tokens are secrets: this prints nothing of them.
///
/// @param refreshToken the new one; empty means that the old one stays good
/// @param expiresIn from the answer on; empty where the token lives until it is revoked
/// @param refreshExpiresIn from the answer on; empty where nobody says
/// @param scopes what was granted; empty where the answer doesn't say, which means "as asked"
/// @param account the account at the provider; empty where the answer doesn't name it
@SuppressWarnings("OptionalUsedAsFieldOrParameterType")
public record Tokens(
    Secret accessToken,
    Optional<Secret> refreshToken,
    Optional<Duration> expiresIn,
    Optional<Duration> refreshExpiresIn,
    List<String> scopes,
    String account) {
  public Tokens {
    scopes = List.copyOf(scopes);
  }
}
