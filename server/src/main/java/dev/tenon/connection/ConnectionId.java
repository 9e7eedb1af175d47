package dev.tenon.connection;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.Optional;
import java.util.UUID;

/// Names a connection.
public record ConnectionId(UUID uuid) {

  /// Reads an id as it stands in a URL; empty when it can't be one.
  public static Optional<ConnectionId> parse(String text) {
    return Ids.read(Prefix.CONNECTION, text).map(ConnectionId::new);
  }

  @Override
  public String toString() {
    return Ids.write(Prefix.CONNECTION, uuid);
  }
}
