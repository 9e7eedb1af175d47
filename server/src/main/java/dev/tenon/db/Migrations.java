package dev.tenon.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/// Brings the schema up to what this version of the code needs. Forward only: a migration that has
/// been released never changes.
public final class Migrations {
  private Migrations() {}

  /// Applies what is missing and answers how many steps that were. Several nodes may start at once:
  /// one migrates, the others wait for it.
  public static int run(DatabaseAddress address) {
    Flyway flyway = flyway(address);
    forgetFailures(flyway);
    return flyway.migrate().migrationsExecuted;
  }

  /// A step in a transaction leaves no trace when it fails. One outside of any (an index built
  /// without locking out writers) is noted as failed, which would bar every later start, though
  /// each such step is written so that it can be repeated.
  private static void forgetFailures(Flyway flyway) {
    try (Connection connection = flyway.getConfiguration().getDataSource().getConnection();
        var statement = connection.createStatement()) {
      try (var found =
          statement.executeQuery("select to_regclass('tenon.flyway_schema_history') is not null")) {
        if (!found.next() || !found.getBoolean(1)) {
          return;
        }
      }
      statement.executeUpdate("delete from tenon.flyway_schema_history where not success");
    } catch (SQLException _) {
      // What is wrong with the database is found again at once, and said there.
    }
  }

  static Flyway flyway(DatabaseAddress address) {
    return Flyway.configure()
        // The lock of a transaction would have an index that is built concurrently wait for itself.
        .configuration(Map.of("flyway.postgresql.transactional.lock", "false"))
        .dataSource(new InUtc(address))
        .locations("classpath:db/migration")
        .schemas("tenon")
        .defaultSchema("tenon")
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        .load();
  }

  /// Sessions in UTC, in which weeks are counted, whatever zone this machine is in. The driver
  /// would name the machine's when it connects.
  private static final class InUtc extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    InUtc(DatabaseAddress address) {
      setUrl(address.jdbcUrl());
      setUser(address.user());
      setPassword(address.password().reveal());
    }

    @Override
    public Connection getConnection(@Nullable String user, @Nullable String password)
        throws SQLException {
      Connection connection = super.getConnection(user, password);
      try (var statement = connection.createStatement()) {
        statement.execute("set timezone to 'UTC'");
        return connection;
      } catch (SQLException e) {
        OwnConnection.close(connection);
        throw e;
      }
    }
  }
}
