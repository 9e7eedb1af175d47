package dev.tenon.bench;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.embedded.EmbeddedPostgres;
import dev.tenon.db.embedded.EmbeddedPostgresConfig;
import dev.tenon.sandbox.SandboxMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What a benchmark runs on: a durable PostgreSQL, the sandbox and the server, each in a process of
/// its own, in a folder that is removed afterwards.
final class Bed implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private final Path folder;
  private final Map<String, String> settings;
  private EmbeddedPostgres postgres;
  private final Child sandbox;
  private final Map<String, String> sandboxUrls;
  private Child hub;
  private @Nullable Connection counting;
  private Plant plant;

  private Bed(Path folder, Map<String, String> settings) {
    this.folder = folder;
    this.settings = settings;
    postgres = startPostgres();
    Path log = folder.resolve("sandbox.log");
    sandbox = Child.start(SandboxMain.class, log, Map.of());
    sandboxUrls = urls(log);
    hub = startHub();
    plant = awaitHub();
  }

  /// Starts everything in a new folder.
  ///
  /// @param settings of the server, by environment variable
  static Bed open(Map<String, String> settings) {
    try {
      // Beside the data of `dev`, since a temporary folder may be in memory, where nothing is
      // durable.
      Path home = Path.of(System.getProperty("tenon.home", "."), ".tenon");
      Files.createDirectories(home);
      Path folder = Files.createTempDirectory(home, "bench-");
      // PostgreSQL refuses root and then runs as somebody else, who must get to its own folder.
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      return new Bed(folder.toAbsolutePath(), settings);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EmbeddedPostgres startPostgres() {
    return EmbeddedPostgres.start(EmbeddedPostgresConfig.in(folder.resolve("postgres")));
  }

  private Map<String, String> urls(Path log) {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (System.nanoTime() < end) {
      sandbox.requireAlive();
      try (Stream<String> lines = Files.lines(log)) {
        var line = lines.filter(one -> one.startsWith("{\"")).findFirst();
        if (line.isPresent()) {
          Map<String, String> urls = new HashMap<>();
          JsonMapper.shared()
              .readTree(line.get())
              .properties()
              .forEach(entry -> urls.put(entry.getKey(), entry.getValue().asString()));
          return urls;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Pause.millis(20);
    }
    throw new BenchFailure("the sandbox did not start; see " + log);
  }

  private Child startHub() {
    Map<String, String> environment = new HashMap<>(settings);
    DatabaseAddress database = postgres.address();
    environment.put("TENON_DATABASE__URL", database.jdbcUrl());
    environment.put("TENON_DATABASE__USER", database.user());
    environment.put("TENON_DATABASE__PASSWORD", "env:BENCH_DATABASE_PASSWORD");
    environment.put("BENCH_DATABASE_PASSWORD", database.password().reveal());
    environment.putIfAbsent("TENON_LOG__LEVEL", "warn");
    return Child.start(
        HubMain.class,
        folder.resolve("hub.log"),
        environment,
        folder.toString(),
        ready().toString(),
        sandboxUrls.getOrDefault("postmark", "http://127.0.0.1:9"));
  }

  private Path ready() {
    return folder.resolve("ready.json");
  }

  private Plant awaitHub() {
    long end = System.nanoTime() + START_MAX.toNanos();
    while (!Files.exists(ready())) {
      hub.requireAlive();
      if (System.nanoTime() > end) {
        throw new BenchFailure("the server did not start; see " + folder.resolve("hub.log"));
      }
      Pause.millis(20);
    }
    try {
      return JsonMapper.shared().readValue(Files.readAllBytes(ready()), Plant.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Where webhooks go.
  URI hook() {
    return URI.create(plant.hook());
  }

  /// One of the server's figures, as `/metrics` shows it now; 0 where it shows none.
  double metric(String name) {
    return Web.get(hook().resolve("/metrics"))
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  String secret() {
    return plant.secret();
  }

  /// The URL of one of the sandbox's providers.
  URI sandboxUrl(String provider) {
    return URI.create(sandboxUrls.getOrDefault(provider, ""));
  }

  /// Processor seconds so far: the server's, PostgreSQL's, the sandbox's.
  Processors processors() {
    return new Processors(
        ProcessorTime.of(hub.pid()),
        ProcessorTime.ofTree(postgres.pid()),
        ProcessorTime.of(sandbox.pid()),
        ProcessorTime.of(ProcessHandle.current().pid()));
  }

  /// Processor seconds by part.
  record Processors(double server, double postgres, double sandbox, double generator) {
    Processors minus(Processors before) {
      return new Processors(
          server - before.server,
          postgres - before.postgres,
          sandbox - before.sandbox,
          generator - before.generator);
    }

    String perUnit(long units) {
      return "%.0f µs server, %.0f µs PostgreSQL, %.0f µs sandbox, %.0f µs generator"
          .formatted(
              server * 1e6 / units,
              postgres * 1e6 / units,
              sandbox * 1e6 / units,
              generator * 1e6 / units);
    }
  }

  double serverMiB() {
    return ProcessorTime.residentMiB(hub.pid());
  }

  /// A session with all rights, to count and compare with.
  Connection administrator() {
    DatabaseAddress administrator = postgres.administrator();
    String url = administrator.jdbcUrl().replace("/postgres", "/tenon");
    try {
      Connection session =
          DriverManager.getConnection(
              url + (url.contains("?") ? "&" : "?") + "currentSchema=tenon",
              administrator.user(),
              administrator.password().reveal());
      session.setAutoCommit(true);
      return session;
    } catch (SQLException e) {
      throw new BenchFailure("cannot log in to the benchmark's database", e);
    }
  }

  /// One number from the database.
  long count(String sql) {
    try {
      return countOnce(sql);
    } catch (SQLException e) {
      // Its session may have been killed with the database: once more with a new one.
      counting = null;
    }
    try {
      return countOnce(sql);
    } catch (SQLException e) {
      counting = null;
      throw new BenchFailure("the benchmark's query failed: " + sql, e);
    }
  }

  private long countOnce(String sql) throws SQLException {
    if (counting == null) {
      counting = administrator();
    }
    try (var statement = counting.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /// Waits until `sql` counts nothing any more.
  void awaitNone(String sql, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    while (count(sql) > 0) {
      hub.requireAlive();
      // A look costs the database something too.
      if (System.nanoTime() > end) {
        throw new BenchFailure("still %d after %s: %s".formatted(count(sql), most, sql));
      }
      Pause.millis(50);
    }
  }

  /// Kills the server with `kill -9` and starts it again.
  void killServer() throws IOException {
    hub.kill();
    startServerAgain();
  }

  /// Kills PostgreSQL's postmaster with `kill -9`, and starts it again; the server stays.
  void killPostgres() {
    ProcessHandle.of(postgres.pid()).ifPresent(ProcessHandle::destroyForcibly);
    counting = null;
    postgres.close();
    postgres = startPostgres();
  }

  /// Kills both at once, and starts both again.
  void killBoth() throws IOException {
    ProcessHandle.of(postgres.pid()).ifPresent(ProcessHandle::destroyForcibly);
    hub.kill();
    counting = null;
    postgres.close();
    postgres = startPostgres();
    startServerAgain();
  }

  /// Kills the process of one of the server's sessions with `kill -9`: PostgreSQL then ends all
  /// sessions and recovers. Answers whether there was one to kill.
  boolean killBackend() {
    long session;
    try {
      session =
          countOnce(
              """
              select coalesce((select pid from pg_stat_activity
                where application_name like 'tenon-%' and backend_type = 'client backend'
                order by random() limit 1), 0)
              """);
    } catch (SQLException e) {
      // The database recovers from the last kill.
      counting = null;
      return false;
    }
    boolean killed = ProcessHandle.of(session).filter(ProcessHandle::destroyForcibly).isPresent();
    counting = null;
    return killed;
  }

  /// Kills PostgreSQL's postmaster with `kill -9` and does nothing else: the supervisor starts it
  /// again, as it does in a server that runs its own.
  void killSupervised() {
    long killed = postgres.keepRunning().pid();
    ProcessHandle.of(killed).ifPresent(ProcessHandle::destroyForcibly);
    counting = null;
    long end = System.nanoTime() + START_MAX.toNanos();
    while (postgres.pid() == killed || !postgres.isRunning()) {
      if (System.nanoTime() > end) {
        throw new BenchFailure("the killed PostgreSQL was not started again within " + START_MAX);
      }
      Pause.millis(20);
    }
  }

  private void startServerAgain() throws IOException {
    Files.deleteIfExists(ready());
    hub = startHub();
    plant = awaitHub();
  }

  /// Stops the server, for benchmarks that start one of their own.
  void stopServer() {
    hub.close();
  }

  /// How the server logs in.
  DatabaseAddress ownerDatabase() {
    return postgres.address();
  }

  /// Where the logs are, for messages.
  Path folder() {
    return folder;
  }

  DatabaseAddress database() {
    return postgres.administrator();
  }

  long postgresPid() {
    return postgres.pid();
  }

  @Override
  public void close() {
    hub.close();
    sandbox.close();
    postgres.close();
    if (System.getenv("TENON_BENCH_KEEP") != null) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
