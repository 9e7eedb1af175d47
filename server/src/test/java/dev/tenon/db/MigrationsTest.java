package dev.tenon.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationVersion;
import org.junit.jupiter.api.Test;

/// Bringing up a database in use.
class MigrationsTest {
  private static final int LOOKS_MAX = 20_000;
  private static final String BEFORE = "202611250101";
  private static final String MESSAGE =
      """
      insert into tenon.message (tenant_id, id, state, recipient, sender, subject, stream, policy,
        created_at, updated_at)
      values (gen_random_uuid(), gen_random_uuid(), 'queued', 'a', 'b', 'c', 'd', 'at_most_once',
        now(), now())
      """;

  private static void migrateTo(TestDatabase database, String version) {
    var _ =
        Flyway.configure()
            .configuration(Migrations.flyway(database.address()).getConfiguration())
            .target(MigrationVersion.fromVersion(version))
            .load()
            .migrate();
  }

  /// An index built within a transaction would lock out this insert until it is done.
  @Test
  void mailsAreTakenWhileTheIndexOfMessagesIsBuilt() throws Exception {
    try (TestDatabase database = TestDatabase.empty()) {
      migrateTo(database, BEFORE);
      try (Connection old = database.connectAsAdministrator();
          Statement older = old.createStatement();
          Connection other = database.connectAsAdministrator();
          Statement statement = other.createStatement()) {
        old.setAutoCommit(false);
        older.execute(MESSAGE);
        var migrating = CompletableFuture.supplyAsync(() -> Migrations.run(database.address()));
        assertThat(pidOfTheBuild(statement)).isPositive();

        statement.execute("set lock_timeout = '1s'");
        statement.execute(MESSAGE);

        old.commit();
        assertThat(migrating.get(1, TimeUnit.MINUTES)).isPositive();
        assertThat(isWhole(statement)).isTrue();
      }
    }
  }

  @Test
  void aBuildThatWasBrokenOffIsMadeAgainAtTheNextStart() throws Exception {
    try (TestDatabase database = TestDatabase.empty()) {
      migrateTo(database, BEFORE);
      try (Connection old = database.connectAsAdministrator();
          Statement older = old.createStatement();
          Connection other = database.connectAsAdministrator();
          Statement statement = other.createStatement()) {
        old.setAutoCommit(false);
        older.execute(MESSAGE);
        var migrating = CompletableFuture.supplyAsync(() -> Migrations.run(database.address()));
        statement.execute("select pg_cancel_backend(%d)".formatted(pidOfTheBuild(statement)));
        assertThatThrownBy(() -> migrating.get(1, TimeUnit.MINUTES))
            .hasStackTraceContaining("canceling statement");
        old.commit();

        assertThat(Migrations.run(database.address())).isPositive();
        assertThat(isWhole(statement)).isTrue();
      }
    }
  }

  private static int pidOfTheBuild(Statement statement) throws SQLException {
    for (int i = 0; i < LOOKS_MAX; i++) {
      try (var found =
          statement.executeQuery(
              """
              select pid from pg_stat_activity
              where datname = current_database() and wait_event_type = 'Lock'
                and query like 'create index concurrently message_id%'
              """)) {
        if (found.next()) {
          return found.getInt(1);
        }
      }
    }
    return 0;
  }

  private static boolean isWhole(Statement statement) throws SQLException {
    try (var found =
        statement.executeQuery(
            "select indisvalid from pg_index where indexrelid = 'tenon.message_id'::regclass")) {
      return found.next() && found.getBoolean(1);
    }
  }
}
