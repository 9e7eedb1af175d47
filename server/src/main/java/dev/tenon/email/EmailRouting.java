package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Through which connections a tenant's mail goes, and in what order: a general route, and routes
/// of single streams where those differ. What a tenant does not route by itself goes the platform's
/// way.
final class EmailRouting {
  /// The name under which the general route is stored.
  static final String GENERAL = "";

  private EmailRouting() {}

  /// One connection on a route.
  ///
  /// @param owner whose connection it is: the tenant, or the platform
  /// @param weight its share among those of its priority
  record Step(TenantId owner, String stream, UUID connection, int priority, int weight) {}

  /// A connection's place on a route that is to be stored.
  record Place(UUID connection, int priority, int weight) {}

  /// All routes that a tenant's mail may take: its own and the platform's.
  ///
  /// @param steps of one owner and stream the first choice first
  record Routes(TenantId tenant, List<Step> steps) {
    Routes {
      steps = List.copyOf(steps);
    }

    /// The route of one stream: the tenant's own for it, else its general one; where it has
    /// neither, the platform's in the same way. So a tenant that routes one stream by itself keeps
    /// the platform's way for all others.
    List<Step> of(String stream) {
      return Stream.of(tenant, TenantId.PLATFORM)
          .flatMap(owner -> Stream.of(steps(owner, stream), steps(owner, GENERAL)))
          .filter(route -> !route.isEmpty())
          .findFirst()
          .orElse(List.of());
    }

    /// The route of all streams that have none of their own.
    List<Step> general() {
      return of(GENERAL);
    }

    /// Whether the tenant has no general route of its own, so that the platform's holds.
    boolean inherited() {
      return !tenant.equals(TenantId.PLATFORM) && steps(tenant, GENERAL).isEmpty();
    }

    /// All that some mail of the tenant may go through, the tenant's own first.
    List<Step> usable() {
      return inherited()
          ? steps
          : steps.stream().filter(step -> step.owner().equals(tenant)).toList();
    }

    /// The streams with a route of their own.
    Set<String> streams() {
      return usable().stream()
          .map(Step::stream)
          .filter(stream -> !stream.equals(GENERAL))
          .collect(Collectors.toCollection(TreeSet::new));
    }

    private List<Step> steps(TenantId owner, String stream) {
      return steps.stream()
          .filter(step -> step.owner().equals(owner) && step.stream().equals(stream))
          .toList();
    }
  }

  static Routes inUse(TenantTx tx) {
    return new Routes(tx.tenant(), EmailRouteStore.inUse(tx));
  }
}
