package dev.tenon.connection;

import dev.tenon.connector.Secret;
import java.util.Map;
import java.util.Optional;

/// A connection with its credentials opened, for the call that is about to be made.
///
/// @param secrets the newest value of each field
public record Credentials(Connection connection, Map<String, Secret> secrets) {

  public Credentials {
    secrets = Map.copyOf(secrets);
  }

  /// One credential; empty when it is not set.
  public Optional<Secret> secret(String field) {
    return Optional.ofNullable(secrets.get(field));
  }

  /// One setting; empty when it is not set.
  public Optional<String> setting(String name) {
    return Optional.ofNullable(connection.settings().get(name));
  }
}
