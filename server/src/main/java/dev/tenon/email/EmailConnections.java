package dev.tenon.email;

import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.RouteOrder;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The connections that a tenant's mail may go through, ready for use.
public interface EmailConnections {

  /// The default first, then the fallbacks; the platform's where the tenant has none of its own.
  ///
  /// @param stream the message's stream; one without a route of its own takes the general one
  /// @param named the connection that the message is to go through alone, or null
  List<Ready> of(TenantId tenant, String stream, @Nullable UUID named);

  /// One connection with its provider.
  ///
  /// @param owner whose it is: the tenant, or the platform
  /// @param broken whether it is marked as refused by its provider
  /// @param changedAt when somebody last changed it or its credentials
  /// @param ratePerSecond how many mails it may be given in a second, by all nodes; 0 for any
  ///   number
  /// @param priority on the route; the lowest is tried first
  /// @param weight its share among those of its priority
  record Ready(
      TenantId owner,
      UUID connection,
      EmailProvider provider,
      boolean broken,
      Instant changedAt,
      int ratePerSecond,
      int priority,
      int weight) {

    /// First and alone.
    Ready(
        TenantId owner,
        UUID connection,
        EmailProvider provider,
        boolean broken,
        Instant changedAt,
        int ratePerSecond) {
      this(owner, connection, provider, broken, changedAt, ratePerSecond, 0, 1);
    }

    /// At any pace.
    Ready(
        TenantId owner,
        UUID connection,
        EmailProvider provider,
        boolean broken,
        Instant changedAt) {
      this(owner, connection, provider, broken, changedAt, 0);
    }

    /// As reasons for people name it.
    String name() {
      return nameOf(provider.name(), connection);
    }

    Ready with(EmailProvider other) {
      return new Ready(
          owner, connection, other, broken, changedAt, ratePerSecond, priority, weight);
    }

    /// The same at a place of a route.
    Ready at(int priority, int weight) {
      return new Ready(
          owner, connection, provider, broken, changedAt, ratePerSecond, priority, weight);
    }
  }

  /// The connections of a route in the order in which one message tries them: those of one priority
  /// share mail by their weights.
  static List<Ready> inOrder(List<Ready> route, String message) {
    if (route.stream().map(Ready::priority).distinct().count() == route.size()) {
      return route;
    }
    Map<String, Ready> byName = new HashMap<>();
    route.forEach(one -> byName.put(one.name(), one));
    return RouteOrder.of(
            route.stream()
                .map(one -> new RouteOrder.Place(one.name(), one.priority(), one.weight()))
                .toList(),
            message)
        .stream()
        .map(byName::get)
        .toList();
  }

  /// As reasons for people name a connection.
  static String nameOf(String provider, UUID connection) {
    return provider + " " + Ids.write(Prefix.CONNECTION, connection);
  }
}
