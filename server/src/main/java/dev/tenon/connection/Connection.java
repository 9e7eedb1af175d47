package dev.tenon.connection;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One configured link between a tenant and a provider; without its credentials.
///
/// @param stateReason why it is broken, for people; empty otherwise
/// @param settings what is not secret, such as `base_url`
/// @param secrets which credentials are set, never their values
public record Connection(
    TenantId tenant,
    ConnectionId id,
    String provider,
    String name,
    Environment environment,
    State state,
    String stateReason,
    Map<String, String> settings,
    List<SecretField> secrets,
    Instant createdAt,
    Instant updatedAt) {

  public Connection {
    settings = Map.copyOf(settings);
    secrets = List.copyOf(secrets);
  }

  /// When somebody last changed it or its credentials. What its provider refused before that may be
  /// mended.
  public Instant changedAt() {
    return secrets.stream()
        .map(SecretField::createdAt)
        .filter(updatedAt::isBefore)
        .max(Instant::compareTo)
        .orElse(updatedAt);
  }

  /// Which of the tenant's worlds it belongs to.
  public enum Environment {
    DEVELOPMENT,
    STAGING,
    PRODUCTION
  }

  /// Whether it is used.
  public enum State {
    ACTIVE,
    /// A person switched it off.
    DISABLED,
    /// The provider refuses its credentials.
    BROKEN
  }

  /// That a credential is set.
  ///
  /// @param ordinal counts up; while a webhook secret rolls, several are set
  /// @param expiresAt from then on it is not used; empty for "until it is removed"
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public record SecretField(
      String field, int ordinal, Instant createdAt, Optional<Instant> expiresAt) {}
}
