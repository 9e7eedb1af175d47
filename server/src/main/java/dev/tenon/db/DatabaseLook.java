package dev.tenon.db;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.flywaydb.core.api.FlywayException;

/// Looks at a database without changing it.
public final class DatabaseLook {
  private static final int OLDEST = 15;

  private DatabaseLook() {}

  /// What there is to see.
  ///
  /// @param version of PostgreSQL
  /// @param waiting migrations of this version that are not applied
  /// @param trouble what is wrong, with what to do; empty when nothing is
  @SuppressWarnings("OptionalUsedAsFieldOrParameterType")
  public record Seen(String version, int waiting, Optional<String> trouble) {}

  /// Looks at one.
  public static Seen at(DatabaseAddress address) {
    String version;
    int major;
    var properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password().reveal());
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", "10");
    try (Connection connection = DriverManager.getConnection(address.jdbcUrl(), properties)) {
      version = connection.getMetaData().getDatabaseProductVersion();
      major = connection.getMetaData().getDatabaseMajorVersion();
    } catch (SQLException e) {
      return new Seen(
          "",
          0,
          Optional.of(
              "%s does not let us in as \"%s\": %s. Check database.url, database.user and database.password"
                  .formatted(
                      address.jdbcUrl(),
                      address.user(),
                      String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "))));
    }
    if (major < OLDEST) {
      return new Seen(
          version,
          0,
          Optional.of("PostgreSQL %s; Tenon needs %d or later".formatted(version, OLDEST)));
    }
    try {
      int waiting = Migrations.flyway(address).info().pending().length;
      return new Seen(version, waiting, Optional.empty());
    } catch (FlywayException e) {
      return new Seen(version, 0, Optional.of("its migrations can't be read: " + e.getMessage()));
    }
  }
}
