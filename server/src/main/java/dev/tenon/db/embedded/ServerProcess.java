package dev.tenon.db.embedded;

import dev.tenon.connector.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The running postmaster: started by us, or taken over from a Tenon that was killed.
///
/// `postmaster.pid` is never deleted here. PostgreSQL itself decides whether one that it finds is
/// stale, because it also looks for server processes that still hold the shared memory.
final class ServerProcess {
  static final Duration STOP_MAX = Duration.ofMinutes(1);
  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final Duration TICK = Duration.ofMillis(25);
  private static final Duration LOOK = Duration.ofMillis(250);

  private static final Logger log = LoggerFactory.getLogger(ServerProcess.class);

  private final EmbeddedPostgresConfig config;
  private final ServerFolder folder;
  private final Programs programs;
  private final ServerUser user;
  private final Passwords passwords;
  private volatile @Nullable Process child;
  private volatile long pid;
  private volatile int port;

  private ServerProcess(
      EmbeddedPostgresConfig config,
      ServerFolder folder,
      Programs programs,
      ServerUser user,
      Passwords passwords) {
    this.config = config;
    this.folder = folder;
    this.programs = programs;
    this.user = user;
    this.passwords = passwords;
  }

  static ServerProcess start(
      EmbeddedPostgresConfig config,
      ServerFolder folder,
      Programs programs,
      ServerUser user,
      Passwords passwords)
      throws IOException {
    var server = new ServerProcess(config, folder, programs, user, passwords);
    try {
      if (!server.adopt()) {
        server.launch(server::choosePort);
      }
      return server;
    } catch (IOException | RuntimeException e) {
      // Also when the start was interrupted: nothing that we began stays behind.
      server.stop();
      throw e;
    }
  }

  /// Waits until the server's process has ended, however it ended.
  void awaitEnd() throws InterruptedException {
    @Nullable Process process = child;
    if (process != null) {
      process.waitFor();
      return;
    }
    // Whoever is not our child can only be looked at.
    while (isRunning()) {
      Thread.sleep(LOOK);
    }
  }

  /// Starts a server that has ended once more, on the port that everybody knows. Throws
  /// [DatabaseStartException] when that fails; nothing is left running then.
  void startAgain() throws IOException {
    int known = port;
    if (!Files.isDirectory(folder.data())) {
      throw new DatabaseStartException(
          "%s is gone: it is not a valid data directory".formatted(folder.data()));
    }
    launch(
        () -> {
          if (!isFree(known)) {
            throw new DatabaseStartException(
                "port %d on 127.0.0.1 is taken by somebody else".formatted(known));
          }
          return known;
        });
  }

  private interface PortChoice {
    int choose() throws IOException;
  }

  /// Takes over a server that an earlier Tenon left behind, if it is ours in every respect; stops
  /// it cleanly if it isn't.
  private boolean adopt() throws IOException {
    Optional<Postmaster> left = Postmaster.read(folder.data()).filter(Postmaster::isAlive);
    if (left.isEmpty()) {
      return false;
    }
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (left.isPresent() && System.nanoTime() < deadline) {
      Postmaster postmaster = left.get();
      pid = postmaster.pid();
      boolean wanted = config.port() == 0 || config.port() == postmaster.port();
      switch (wanted ? answer(postmaster.port()) : Answer.ANOTHER) {
        case OURS -> {
          port = postmaster.port();
          log.info("took over the PostgreSQL that an earlier run left behind (process {})", pid);
          return true;
        }
        case ANOTHER -> {
          log.info(
              "stopping the PostgreSQL that an earlier run left behind (process {})",
              postmaster.pid());
          control("fast");
          return false;
        }
        case NOT_YET -> pause();
      }
      left = Postmaster.read(folder.data()).filter(Postmaster::isAlive);
    }
    if (left.isPresent()) {
      control("fast");
    }
    return false;
  }

  private enum Answer {
    OURS,
    ANOTHER,
    NOT_YET
  }

  /// Whether the server at `port` lets us in, works on our folder, and with the durability that is
  /// asked for now.
  private Answer answer(int at) {
    String wanted = config.durable() ? "on" : "off";
    try (Connection connection =
            connect(at, "postgres", Roles.ADMINISTRATOR, passwords.administrator());
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select current_setting('data_directory'), current_setting('fsync')")) {
      row.next();
      boolean ours =
          Path.of(row.getString(1)).equals(folder.data()) && row.getString(2).equals(wanted);
      return ours ? Answer.OURS : Answer.ANOTHER;
    } catch (SQLException e) {
      String state = e.getSQLState() == null ? "" : e.getSQLState();
      // 57P03 is "starting up" or "shutting down"; 08 is a connection that isn't there yet.
      return state.equals("57P03") || state.startsWith("08") ? Answer.NOT_YET : Answer.ANOTHER;
    }
  }

  private void launch(PortChoice choice) throws IOException {
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (true) {
      port = choice.choose();
      folder.writeSettings(port, user);
      Postmaster.disown(folder.data());
      long logStart = Files.exists(config.logFile()) ? Files.size(config.logFile()) : 0;
      Process process = spawn();
      child = process;
      if (awaitReady(process, deadline)) {
        folder.rememberPort(port);
        return;
      }
      String reason = ServerLog.reason(config.logFile(), logStart);
      if (process.isAlive()) {
        endAtOnce();
        throw new DatabaseStartException(
            "PostgreSQL did not answer within %d seconds: %s (more in %s)"
                .formatted(START_MAX.toSeconds(), reason, config.logFile()));
      }
      // After a kill -9 of the postmaster its children need a moment to notice and leave.
      boolean passing =
          reason.contains("shared memory block")
              || (config.port() == 0 && reason.contains("could not bind"));
      if (!passing || System.nanoTime() > deadline) {
        throw new DatabaseStartException(
            "PostgreSQL could not start: %s (more in %s)".formatted(reason, config.logFile()));
      }
      pause();
    }
  }

  private Process spawn() throws IOException {
    List<String> command = new ArrayList<>();
    // A session of its own, so that Ctrl-C in our terminal doesn't reach it before we are done.
    if (Files.isExecutable(Path.of("/usr/bin/setsid"))) {
      command.add("/usr/bin/setsid");
    }
    command.addAll(
        user.command(List.of(programs.postgres().toString(), "-D", folder.data().toString())));
    Process process =
        CommandRun.builder(command)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(config.logFile().toFile()))
            .start();
    process.getOutputStream().close();
    return process;
  }

  private boolean awaitReady(Process process, long deadline) {
    while (System.nanoTime() < deadline && process.isAlive()) {
      Optional<Postmaster> postmaster = Postmaster.read(folder.data()).filter(Postmaster::isAlive);
      if (postmaster.isPresent() && postmaster.get().status().equals("ready")) {
        pid = postmaster.get().pid();
        return true;
      }
      await(process, TICK);
    }
    return false;
  }

  /// The configured port, or the one of last time if it is free, or any that is.
  private int choosePort() throws IOException {
    if (config.port() != 0) {
      if (!isFree(config.port())) {
        throw new DatabaseStartException(
            "port %d on 127.0.0.1, which database.embedded-port names, is taken. Stop what listens there, choose another, or set it to 0 for any free one."
                .formatted(config.port()));
      }
      return config.port();
    }
    int last = folder.rememberedPort();
    if (last != 0 && isFree(last)) {
      return last;
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  private static boolean isFree(int port) throws IOException {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return true;
    } catch (java.net.BindException e) {
      return false;
    }
  }

  int port() {
    return port;
  }

  long pid() {
    return pid;
  }

  Path data() {
    return folder.data();
  }

  boolean isRunning() {
    @Nullable Process process = child;
    return process != null
        ? process.isAlive()
        : Postmaster.read(folder.data())
            .filter(postmaster -> postmaster.pid() == pid && postmaster.isAlive())
            .isPresent();
  }

  /// Stops the server: sessions are cut and a checkpoint is written; after [#STOP_MAX] without one,
  /// and then its next start recovers from the log. It may be called at any moment of a start, and
  /// by a thread that was interrupted.
  void stop() {
    boolean interrupted = Thread.interrupted();
    try {
      long deadline = System.nanoTime() + STOP_MAX.toNanos();
      while (isRunning() && System.nanoTime() < deadline && !(isKnown() && control("fast"))) {
        // It has only just been started, and has not written its file yet.
        pause();
      }
      if (isRunning()) {
        endAtOnce();
      }
    } catch (IOException e) {
      throw new DatabaseStartException("could not stop PostgreSQL (process " + pid + "): " + e, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void endAtOnce() throws IOException {
    if (isKnown()) {
      control("immediate");
    }
    @Nullable Process process = child;
    if (process != null) {
      await(process, TICK.multipliedBy(400));
    }
  }

  /// Whether `postmaster.pid` names a postmaster of ours that lives. Unless it does, nobody may be
  /// sent a signal by it: the number may be anybody's.
  private boolean isKnown() {
    return Postmaster.read(folder.data()).filter(Postmaster::isAlive).isPresent();
  }

  private boolean control(String mode) throws IOException {
    return CommandRun.of(
            user.command(
                List.of(
                    programs.control().toString(),
                    "stop",
                    "--pgdata=" + folder.data(),
                    "--mode=" + mode,
                    "--wait",
                    "--timeout=" + STOP_MAX.toSeconds())),
            config.folder(),
            (int) STOP_MAX.toSeconds() + 5)
        .succeeded();
  }

  private static void await(Process process, Duration limit) {
    try {
      boolean _ = process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseStartException("interrupted while waiting for PostgreSQL", e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(TICK.multipliedBy(4));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatabaseStartException("interrupted while waiting for PostgreSQL", e);
    }
  }

  static String url(int port, String database) {
    return "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port, database);
  }

  static Connection connect(int port, String database, String user, Secret password)
      throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password.reveal());
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "5");
    properties.setProperty("socketTimeout", "30");
    properties.setProperty("ApplicationName", "tenon-start");
    return DriverManager.getConnection(url(port, database), properties);
  }
}
