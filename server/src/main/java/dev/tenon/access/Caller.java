package dev.tenon.access;

import dev.tenon.tenant.TenantId;
import java.util.Set;

/// Who makes a request.
///
/// @param key the key that was shown
/// @param tenant whose key it is; the platform's keys reach every tenant
public record Caller(ApiKeyId key, TenantId tenant, Set<Scope> scopes) {

  public Caller {
    scopes = Set.copyOf(scopes);
  }

  /// Whether this is the operator's side, which reaches every tenant.
  public boolean platform() {
    return tenant.equals(TenantId.PLATFORM);
  }

  /// Whether things of `other` exist for this caller at all.
  public boolean reaches(TenantId other) {
    return platform() || tenant.equals(other);
  }

  /// Whether the key was given `scope`.
  public boolean may(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ALL);
  }
}
