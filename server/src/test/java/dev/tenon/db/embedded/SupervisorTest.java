package dev.tenon.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.TestDatabase.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/// The embedded server is killed under us, and comes back by itself.
@Timeout(120)
class SupervisorTest {
  private final Said said = new Said();
  private final Logger log = (Logger) LoggerFactory.getLogger(Supervisor.class);
  private Path folder = Path.of("/");

  @BeforeEach
  void listen() throws IOException {
    folder = TestFolders.make("tenon-supervised");
    said.start();
    log.addAppender(said);
  }

  @AfterEach
  void clean() {
    log.detachAppender(said);
    TestFolders.delete(folder);
  }

  @Test
  void aKilledServerComesBackOnItsPortWithItsRows() throws Exception {
    try (EmbeddedPostgres server = start().keepRunning()) {
      int port = server.port();
      long first = server.pid();
      execute(server, "create table note (text text)");
      execute(server, "insert into note values ('committed')");
      kill(first);
      said.await("runs again");
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.pid()).isNotEqualTo(first);
      assertThat(ask(server, "select text from note")).isEqualTo("committed");

      long second = server.pid();
      kill(second);
      said.await("runs again");
      assertThat(server.pid()).isNotEqualTo(second);
      assertThat(ask(server, "select text from note")).isEqualTo("committed");
    }
    assertThat(folder.resolve("db/data/postmaster.pid")).doesNotExist();
  }

  @Test
  void aServerThatWasTakenOverComesBackAsWell() throws Exception {
    Process halting = starterThatHalts();
    assertThat(halting.waitFor(60, TimeUnit.SECONDS)).isTrue();
    long orphan = Postmaster.read(folder.resolve("db/data")).orElseThrow().pid();
    try (EmbeddedPostgres server = start().keepRunning()) {
      assertThat(server.pid()).isEqualTo(orphan);
      int port = server.port();
      kill(orphan);
      said.await("runs again");
      assertThat(server.pid()).isNotEqualTo(orphan);
      assertThat(server.port()).isEqualTo(port);
      assertThat(ask(server, "select 1")).isEqualTo("1");
    }
    assertThat(folder.resolve("db/data/postmaster.pid")).doesNotExist();
  }

  @Test
  void damagedDataIsNotTriedAgainAndSaysSo() throws Exception {
    try (EmbeddedPostgres server = start().keepRunning()) {
      Files.delete(server.data().resolve("global/pg_control"));
      kill(server.pid());
      assertThat(said.await("is damaged"))
          .contains("pg_control")
          .contains(server.data().toString())
          .contains("restore a backup");
      assertThat(server.isRunning()).isFalse();
    }
  }

  @Test
  void aServerThatIsStoppedOnPurposeStaysAway() {
    EmbeddedPostgres server = start().keepRunning();
    server.close();
    assertThat(server.isRunning()).isFalse();
    assertThat(said.lines).isEmpty();
    assertThat(folder.resolve("db/data/postmaster.pid")).doesNotExist();
  }

  @Test
  void aStopInTheMiddleOfANewStartLeavesNothingBehind() throws Exception {
    EmbeddedPostgres server = start().keepRunning();
    kill(server.pid());
    said.await("ended without being asked");
    server.close();
    assertThat(server.isRunning()).isFalse();
    assertThat(Postmaster.read(server.data()).filter(Postmaster::isAlive)).isEmpty();
  }

  @Test
  void waitsLongerAndLongerUpToAMinute() {
    assertThat(Supervisor.pauseBefore(0)).isEqualTo(Duration.ZERO);
    assertThat(Supervisor.pauseBefore(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(Supervisor.pauseBefore(4)).isEqualTo(Duration.ofSeconds(8));
    assertThat(Supervisor.pauseBefore(7)).isEqualTo(Duration.ofMinutes(1));
    assertThat(Supervisor.pauseBefore(Supervisor.TRIES_MAX)).isEqualTo(Duration.ofMinutes(1));
  }

  private EmbeddedPostgres start() {
    return EmbeddedPostgres.start(
        new EmbeddedPostgresConfig(
            folder.resolve("db"), 0, true, folder.resolve("postgres.log"), TestFolders.programs()));
  }

  private Process starterThatHalts() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            EmbeddedPostgresTest.Starter.class.getName(),
            folder.resolve("db").toString(),
            "true",
            TestFolders.programs().toString(),
            "halt")
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("starter.out").toFile())
        .start();
  }

  private static void kill(long pid) {
    assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
  }

  private static void execute(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String ask(EmbeddedPostgres server, String sql) throws SQLException {
    try (Connection connection = connect(server);
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Connection connect(EmbeddedPostgres server) throws SQLException {
    DatabaseAddress address = server.address();
    return DriverManager.getConnection(
        address.jdbcUrl(), address.user(), address.password().reveal());
  }

  /// What the supervisor logs.
  private static final class Said extends AppenderBase<ILoggingEvent> {
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
    }

    /// The next line with these words.
    String await(String words) throws InterruptedException {
      while (true) {
        String line =
            Optional.ofNullable(lines.poll(60, TimeUnit.SECONDS))
                .orElseThrow(() -> new AssertionError("no line with: " + words));
        if (line.contains(words)) {
          return line;
        }
      }
    }
  }
}
