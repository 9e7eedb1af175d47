package dev.tenon.tenant;

import java.time.Instant;
import java.util.Optional;

/// One customer of the SaaS.
///
/// @param slug a name for URLs and files, unique among tenants
@SuppressWarnings("OptionalUsedAsFieldOrParameterType")
public record Tenant(
    TenantId id, String name, Optional<String> slug, State state, Instant createdAt) {

  /// Whether its keys work and its connections are served.
  public enum State {
    ACTIVE,
    SUSPENDED
  }
}
