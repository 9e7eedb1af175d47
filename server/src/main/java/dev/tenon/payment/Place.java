package dev.tenon.payment;

import dev.tenon.connection.Connection;
import java.util.UUID;

/// Where at Stripe something was seen: the connection, and which of its owner's worlds that belongs
/// to. A connection stays in its environment, so rows keep it beside the connection: those of a
/// tenant on the platform's connection can't look it up.
record Place(UUID connection, Connection.Environment environment) {

  /// As rows and views have it.
  static String text(Connection.Environment environment) {
    return environment.name().toLowerCase(java.util.Locale.ROOT);
  }

  String text() {
    return text(environment);
  }
}
