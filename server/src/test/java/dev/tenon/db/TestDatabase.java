package dev.tenon.db;

import dev.tenon.db.embedded.EmbeddedPostgres;
import dev.tenon.db.embedded.EmbeddedPostgresConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/// A fresh, migrated database for a test class. One embedded server runs per JVM, without fsync;
/// the migrations run once, and each database is a copy of the result (about 100 ms).
///
/// ```java
/// private static final TestDatabase database = TestDatabase.fresh();
/// private final Database db = database.open();
/// ```
///
/// [#close] drops the copy; who forgets it loses nothing, since the server goes when the JVM does.
public final class TestDatabase implements AutoCloseable {
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final EmbeddedPostgres server;
  private final String name;

  private TestDatabase(EmbeddedPostgres server, String name) {
    this.server = server;
    this.name = name;
  }

  /// A database with the current schema and no rows.
  public static TestDatabase fresh() {
    EmbeddedPostgres server = MigratedServer.RUNNING;
    String name = "test_" + COUNT.incrementAndGet();
    // Copied file by file: through the log, as is usual, it takes twice as long.
    execute(
        server, "create database %s template tenon owner tenon strategy file_copy".formatted(name));
    return new TestDatabase(server, name);
  }

  /// A database with no schema at all, for tests of the migrations themselves. The three roles may
  /// exist already, as they do on any server that holds a second Tenon.
  public static TestDatabase empty() {
    EmbeddedPostgres server = Server.RUNNING;
    String name = "test_" + COUNT.incrementAndGet();
    execute(server, "create database %s owner tenon".formatted(name));
    return new TestDatabase(server, name);
  }

  /// Pools of four connections each; the caller closes them.
  public Database open() {
    return Database.open(address(), new Database.PoolSizes(4, 4));
  }

  /// As Tenon logs in.
  public DatabaseAddress address() {
    return at(server.address());
  }

  /// As superuser, whom row-level security doesn't bind: for looking at what is really there.
  public DatabaseAddress administrator() {
    return at(server.administrator());
  }

  /// A plain connection as superuser, in autocommit.
  public Connection connectAsAdministrator() throws SQLException {
    DatabaseAddress address = administrator();
    return DriverManager.getConnection(
        address.jdbcUrl(), address.user(), address.password().reveal());
  }

  private DatabaseAddress at(DatabaseAddress address) {
    return new DatabaseAddress(
        "jdbc:postgresql://127.0.0.1:%d/%s".formatted(server.port(), name),
        address.user(),
        address.password());
  }

  @Override
  public void close() {
    execute(server, "drop database if exists %s with (force)".formatted(name));
  }

  private static void execute(EmbeddedPostgres server, String sql) {
    DatabaseAddress address = server.administrator();
    try (Connection connection =
            DriverManager.getConnection(
                address.jdbcUrl(), address.user(), address.password().reveal());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql + ": " + e.getMessage(), e);
    }
  }

  /// Starts at first use.
  private static final class Server {
    static final EmbeddedPostgres RUNNING = start();

    private static EmbeddedPostgres start() {
      try {
        Path folder = TestFolders.make("tenon-test-db");
        EmbeddedPostgres server =
            EmbeddedPostgres.start(
                new EmbeddedPostgresConfig(
                    folder, 0, false, folder.resolve("postgres.log"), TestFolders.programs()));
        hashOnce(server);
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      server.close();
                      TestFolders.delete(folder);
                    }));
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// Passwords are hashed 4096 times for each login, which are 10 ms of CPU, and a database that is
  /// opened logs in nine times. Random ones need that no more than once.
  private static void hashOnce(EmbeddedPostgres server) {
    for (DatabaseAddress login : new DatabaseAddress[] {server.address(), server.administrator()}) {
      execute(
          server,
          "set scram_iterations = 1; alter role %s password '%s'"
              .formatted(login.user(), login.password().reveal()));
    }
  }

  /// The same server once its database `tenon` holds the schema.
  private static final class MigratedServer {
    static final EmbeddedPostgres RUNNING = migrate(Server.RUNNING);

    private static EmbeddedPostgres migrate(EmbeddedPostgres server) {
      int _ = Migrations.run(server.address());
      return server;
    }
  }

  /// Folders that the server's user can reach even when the tests run as root.
  public static final class TestFolders {
    private TestFolders() {}

    /// A new folder below the system's temporary one.
    public static Path make(String prefix) throws IOException {
      Path folder = Files.createTempDirectory(prefix);
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
      return folder;
    }

    /// Where PostgreSQL is unpacked once for all test runs of this user.
    public static Path programs() {
      return Path.of(
          System.getProperty("java.io.tmpdir"),
          "tenon-postgres-" + System.getProperty("user.name"));
    }

    /// Deletes `folder` and all below it.
    public static void delete(Path folder) {
      try {
        Files.walkFileTree(
            folder,
            new SimpleFileVisitor<>() {
              @Override
              public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                  throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
              }

              @Override
              public FileVisitResult postVisitDirectory(
                  Path directory, @org.jspecify.annotations.Nullable IOException e)
                  throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
              }
            });
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
