package dev.tenon.db;

import java.sql.Connection;
import java.sql.SQLException;
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
    return flyway(address).migrate().migrationsExecuted;
  }

  static Flyway flyway(DatabaseAddress address) {
    return Flyway.configure()
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
