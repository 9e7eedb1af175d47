package dev.tenon.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.TestDatabase.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class EmbeddedPostgresTest {
  private Path folder = Path.of("/");

  @BeforeEach
  void makeFolder() throws IOException {
    folder = TestFolders.make("tenon-embedded");
  }

  @AfterEach
  void deleteFolder() {
    TestFolders.delete(folder);
  }

  private EmbeddedPostgresConfig config() {
    return new EmbeddedPostgresConfig(
        folder.resolve("db"), 0, true, folder.resolve("postgres.log"), TestFolders.programs());
  }

  @Test
  void keepsRowsAcrossARestartAndThePortToo() throws Exception {
    int port;
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      port = server.port();
      execute(server, "create table note (text text)");
      execute(server, "insert into note values ('kept')");
    }
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(server.port()).isEqualTo(port);
      assertThat(ask(server, "select text from note")).isEqualTo("kept");
    }
  }

  @Test
  void isDurableAndClosedToAllWithoutAPassword() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(ask(server, "show fsync")).isEqualTo("on");
      assertThat(ask(server, "show synchronous_commit")).isEqualTo("on");
      assertThat(ask(server, "show full_page_writes")).isEqualTo("on");
      assertThat(ask(server, "show data_checksums")).isEqualTo("on");
      assertThat(ask(server, "show server_encoding")).isEqualTo("UTF8");
      assertThat(ask(server, "show listen_addresses")).isEqualTo("127.0.0.1");
      assertThat(
              ask(
                  server,
                  "select concat_ws(' ', rolsuper, rolcreaterole, rolbypassrls) from pg_roles where rolname = current_user"))
          .isEqualTo("f t f");
      DatabaseAddress address = server.address();
      assertThatThrownBy(
              () -> DriverManager.getConnection(address.jdbcUrl(), address.user(), "guess").close())
          .hasMessageContaining("password authentication failed");
      for (String file : new String[] {"administrator.password", "login.password"}) {
        assertThat(
                PosixFilePermissions.toString(
                    Files.getPosixFilePermissions(folder.resolve("db").resolve(file))))
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void startsAgainAfterThePostmasterWasKilled() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      execute(server, "create table note (text text)");
      execute(server, "insert into note values ('committed')");
      ProcessHandle postmaster = ProcessHandle.of(server.pid()).orElseThrow();
      assertThat(postmaster.destroyForcibly()).isTrue();
      postmaster.onExit().get(10, TimeUnit.SECONDS);
      assertThat(server.isRunning()).isFalse();
    }
    assertThat(folder.resolve("db/data/postmaster.pid")).exists();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(ask(server, "select text from note")).isEqualTo("committed");
    }
  }

  @Test
  void refusesASecondTenonOnTheSameFolder() {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThatThrownBy(() -> EmbeddedPostgres.start(config()).close())
          .isInstanceOf(DatabaseStartException.class)
          .hasMessageContaining("another Tenon (process %d)", ProcessHandle.current().pid())
          .hasMessageContaining(folder.resolve("db").toString());
      assertThat(server.isRunning()).isTrue();
    }
  }

  private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String ask(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    DatabaseAddress address = server.address();
    return DriverManager.getConnection(
        address.jdbcUrl(), address.user(), address.password().reveal());
  }
}
