package dev.tenon.bench;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.sandbox.SandboxMain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// What a benchmark runs on: a durable PostgreSQL, the sandbox and the server, each in a process of
/// its own, in a folder that is removed afterwards.
final class Bed implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private final Path folder;
  private final Map<String, String> settings;
  private final BenchDatabase database;
  private final Child sandbox;
  private final Map<String, String> sandboxUrls;
  private Child hub;
  private Plant plant;

  private Bed(Path folder, Map<String, String> settings) {
    this.folder = folder;
    this.settings = settings;
    database = new BenchDatabase(folder.resolve("postgres"));
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
    DatabaseAddress address = database.address();
    environment.put("TENON_DATABASE__URL", address.jdbcUrl());
    environment.put("TENON_DATABASE__USER", address.user());
    environment.put("TENON_DATABASE__PASSWORD", "env:BENCH_DATABASE_PASSWORD");
    environment.put("BENCH_DATABASE_PASSWORD", address.password().reveal());
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
    return metric(name, "");
  }

  /// The sum of a figure over the series that have all of `labels`, such as `area="heap"`.
  double metric(String name, String... labels) {
    return Figures.sum(Web.get(hook().resolve("/metrics")), name, labels);
  }

  /// The address of one of the server's routes.
  URI at(String path) {
    return hook().resolve(path);
  }

  /// The tenant that was planted, and whose records it sees.
  String tenant() {
    return plant.tenant();
  }

  /// A key of this tenant that may do everything.
  String key() {
    return plant.key();
  }

  /// A key of the platform.
  String platformKey() {
    return plant.platformKey();
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
        ProcessorTime.ofTree(database.pid()),
        ProcessorTime.of(sandbox.pid()),
        ProcessorTime.of(ProcessHandle.current().pid()));
  }

  double serverMiB() {
    return ProcessorTime.residentMiB(hub.pid());
  }

  /// What the server's heap holds, garbage that is not collected yet among it.
  double heapMiB() {
    return metric("jvm_memory_used_bytes", "area=\"heap\"") / (1 << 20);
  }

  /// A session with all rights, to count and compare with.
  Connection administrator() {
    return database.administrator();
  }

  /// A session with the server's own login, which is held to what the server may see.
  Connection owner() {
    return database.owner();
  }

  /// One number from the database.
  long count(String sql) {
    return database.count(sql);
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
  ///
  /// @param between what is done while it is down
  void killServer(Runnable between) {
    hub.kill();
    between.run();
    startServerAgain();
  }

  /// Kills PostgreSQL's postmaster with `kill -9`, and starts it again; the server stays.
  void killPostgres() {
    database.kill();
    database.startAgain();
  }

  /// Kills both at once, and starts both again.
  ///
  /// @param between what is done while the server is still down
  void killBoth(Runnable between) {
    database.kill();
    hub.kill();
    database.startAgain();
    between.run();
    startServerAgain();
  }

  /// Kills the process of one of the server's sessions: see [BenchDatabase#killSession].
  boolean killBackend() {
    return database.killSession();
  }

  /// Kills PostgreSQL's postmaster and leaves it to its supervisor to start it again.
  void killSupervised() {
    database.killSupervised();
  }

  private void startServerAgain() {
    try {
      Files.deleteIfExists(ready());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    hub = startHub();
    plant = awaitHub();
  }

  /// Stops the server, for benchmarks that start one of their own.
  void stopServer() {
    hub.close();
  }

  /// How the server logs in.
  DatabaseAddress ownerDatabase() {
    return database.address();
  }

  /// Where the logs are, for messages.
  Path folder() {
    return folder;
  }

  DatabaseAddress database() {
    return database.administratorAddress();
  }

  long postgresPid() {
    return database.pid();
  }

  @Override
  public void close() {
    hub.close();
    sandbox.close();
    database.close();
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
