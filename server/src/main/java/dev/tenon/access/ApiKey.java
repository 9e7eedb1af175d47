package dev.tenon.access;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is kept of an API key: everything but the key.
///
/// @param hint its first and last characters, to recognise it by
/// @param lastUsedAt to the minute or so
@SuppressWarnings("OptionalUsedAsFieldOrParameterType")
public record ApiKey(
    TenantId tenant,
    ApiKeyId id,
    String name,
    String hint,
    List<Scope> scopes,
    Instant createdAt,
    Optional<Instant> expiresAt,
    Optional<Instant> lastUsedAt,
    Optional<Instant> revokedAt) {

  public ApiKey {
    scopes = List.copyOf(scopes);
  }

  /// A key that was just made, with the text that is shown this once.
  public record Created(ApiKey key, dev.tenon.connector.Secret text) {}
}
