package dev.tenon.email;

import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/// Through which connections a tenant's mail goes, and in what order: a general route, and routes
/// of single streams where those differ. A tenant without any route uses the platform's.
final class EmailRouting {
  /// The name under which the general route is stored.
  static final String GENERAL = "";

  private EmailRouting() {}

  /// One connection on a route.
  ///
  /// @param owner whose connection it is: the tenant, or the platform
  record Step(TenantId owner, String stream, UUID connection) {}

  /// Routes by stream, the general one under the empty name.
  static Map<String, List<UUID>> byStream(List<Step> steps) {
    return steps.stream()
        .collect(
            Collectors.groupingBy(
                Step::stream,
                TreeMap::new,
                Collectors.mapping(Step::connection, Collectors.toList())));
  }
}
