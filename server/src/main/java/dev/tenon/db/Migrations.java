package dev.tenon.db;

import org.flywaydb.core.Flyway;

/// Brings the schema up to what this version of the code needs. Forward only: a migration that has
/// been released never changes.
public final class Migrations {
  private Migrations() {}

  /// Applies what is missing and answers how many steps that were. Several nodes may start at once:
  /// one migrates, the others wait for it.
  public static int run(DatabaseAddress address) {
    return Flyway.configure()
        .dataSource(address.jdbcUrl(), address.user(), address.password().reveal())
        .locations("classpath:db/migration")
        .schemas("tenon")
        .defaultSchema("tenon")
        .validateMigrationNaming(true)
        .cleanDisabled(true)
        // Weeks are counted in UTC, whatever zone this machine is in.
        .initSql("set timezone to 'UTC'")
        .load()
        .migrate()
        .migrationsExecuted;
  }
}
