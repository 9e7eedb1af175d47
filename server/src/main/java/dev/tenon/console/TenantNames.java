package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.util.List;

/// The tenants that the switch at the top offers.
@FunctionalInterface
public interface TenantNames {
  /// The tenants in the order of their names, at most `limit`; the platform may be among them.
  List<NamedTenant> list(int limit);

  /// A tenant with the name people know it by.
  record NamedTenant(TenantId id, String name) {}
}
