package dev.tenon.http;

import dev.tenon.access.Caller;
import dev.tenon.tenant.TenantId;
import java.util.Optional;

/// What the HTTP edge asks about authority.
public interface Gate {
  /// Whose key this is, or empty.
  Optional<Caller> authenticate(String key);

  /// Whether there is such a tenant.
  boolean exists(TenantId tenant);
}
