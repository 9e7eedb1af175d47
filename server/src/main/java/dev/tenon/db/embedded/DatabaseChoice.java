package dev.tenon.db.embedded;

import dev.tenon.config.Config;
import dev.tenon.db.DatabaseAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/// The database that the settings ask for: the operator's own, or an embedded one that runs until
/// this is closed.
public final class DatabaseChoice implements AutoCloseable {
  private static final int OLDEST = 15;
  private static final Duration CONNECT_MAX = Duration.ofSeconds(10);

  private final DatabaseAddress address;
  private final @Nullable EmbeddedPostgres embedded;

  private DatabaseChoice(DatabaseAddress address, @Nullable EmbeddedPostgres embedded) {
    this.address = address;
    this.embedded = embedded;
  }

  /// Starts the embedded server in `postgres/` of the data folder and keeps it running, or looks
  /// whether the operator's own answers and is new enough. Throws [DatabaseStartException] when
  /// neither is so, and [dev.tenon.config.ConfigException] when the password is not where the
  /// settings say.
  public static DatabaseChoice open(Config config, Map<String, String> environment) {
    if (config.database().isEmbedded()) {
      Path folder = config.data().folder().toAbsolutePath().normalize().resolve("postgres");
      EmbeddedPostgres server =
          EmbeddedPostgres.start(
                  EmbeddedPostgresConfig.in(folder).withPort(config.database().embeddedPort()))
              .keepRunning();
      return new DatabaseChoice(server.address(), server);
    }
    DatabaseAddress address =
        new DatabaseAddress(
            config.database().url(),
            config.database().user(),
            config.database().password().find("database.password", environment).orElseThrow());
    requireAnswer(address);
    return new DatabaseChoice(address, null);
  }

  private static void requireAnswer(DatabaseAddress address) {
    Properties properties = new Properties();
    properties.setProperty("user", address.user());
    properties.setProperty("password", address.password().reveal());
    String seconds = Long.toString(CONNECT_MAX.toSeconds());
    properties.setProperty("connectTimeout", seconds);
    properties.setProperty("loginTimeout", seconds);
    properties.setProperty("socketTimeout", seconds);
    try (Connection connection = DriverManager.getConnection(address.jdbcUrl(), properties)) {
      int version = connection.getMetaData().getDatabaseMajorVersion();
      if (version < OLDEST) {
        throw new DatabaseStartException(
            "%s is PostgreSQL %d; Tenon needs %d or later"
                .formatted(address.jdbcUrl(), version, OLDEST));
      }
    } catch (SQLException e) {
      throw new DatabaseStartException(
          "the database at %s does not let us in as \"%s\": %s. Check database.url, database.user and database.password."
              .formatted(address.jdbcUrl(), address.user(), String.valueOf(e.getMessage())),
          e);
    }
  }

  /// Where to log in.
  public DatabaseAddress address() {
    return address;
  }

  /// Stops the embedded server; an operator's own is left alone.
  @Override
  public void close() {
    @Nullable EmbeddedPostgres server = embedded;
    if (server != null) {
      server.close();
    }
  }
}
