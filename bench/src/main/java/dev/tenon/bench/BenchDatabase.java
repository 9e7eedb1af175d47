package dev.tenon.bench;

import dev.tenon.db.DatabaseAddress;
import dev.tenon.db.embedded.EmbeddedPostgres;
import dev.tenon.db.embedded.EmbeddedPostgresConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The durable PostgreSQL of a benchmark: counted in, and killed.
final class BenchDatabase implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);

  private final Path folder;
  private EmbeddedPostgres postgres;
  private @Nullable Connection counting;

  BenchDatabase(Path folder) {
    this.folder = folder;
    postgres = start();
  }

  private EmbeddedPostgres start() {
    return EmbeddedPostgres.start(EmbeddedPostgresConfig.in(folder));
  }

  DatabaseAddress address() {
    return postgres.address();
  }

  DatabaseAddress administratorAddress() {
    return postgres.administrator();
  }

  long pid() {
    return postgres.pid();
  }

  /// A session with all rights.
  Connection administrator() {
    DatabaseAddress administrator = postgres.administrator();
    return session(administrator, administrator.jdbcUrl().replace("/postgres", "/tenon"));
  }

  /// A session with the server's own login, which sees what it sees. It sends statements as they
  /// are, so that one with places for values can be explained without any.
  Connection owner() {
    return session(postgres.address(), postgres.address().jdbcUrl() + "?preferQueryMode=simple");
  }

  private static Connection session(DatabaseAddress login, String url) {
    try {
      Connection session =
          DriverManager.getConnection(
              url + (url.contains("?") ? "&" : "?") + "currentSchema=tenon",
              login.user(),
              login.password().reveal());
      session.setAutoCommit(true);
      return session;
    } catch (SQLException e) {
      throw new BenchFailure("cannot log in to the benchmark's database", e);
    }
  }

  /// One number.
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

  /// Kills the postmaster with `kill -9`.
  void kill() {
    ProcessHandle.of(postgres.pid()).ifPresent(ProcessHandle::destroyForcibly);
    counting = null;
  }

  void startAgain() {
    postgres.close();
    postgres = start();
  }

  /// Kills the process of one of the server's sessions with `kill -9`: PostgreSQL then ends all
  /// sessions and recovers. Answers whether there was one to kill.
  boolean killSession() {
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

  /// Kills the postmaster with `kill -9` and does nothing else: the supervisor starts it again, as
  /// it does in a server that runs its own.
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

  @Override
  public void close() {
    postgres.close();
  }
}
