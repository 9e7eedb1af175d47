package dev.tenon.db.embedded;

import dev.tenon.db.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A PostgreSQL server of our own, running: real rows on disk with no installation.
///
/// It listens on 127.0.0.1 with a password and belongs to one Tenon at a time. [#close] stops it
/// cleanly. When our own process was killed, the server stays behind; the next start on the folder
/// takes it over if it answers with our password, and otherwise stops it cleanly and starts anew.
public final class EmbeddedPostgres implements AutoCloseable {
  private static final String DATABASE = "tenon";

  private final ServerProcess server;
  private final Passwords passwords;
  private final FolderLock lock;
  private final Path logFile;
  private @Nullable Supervisor supervisor;
  private boolean closed;

  private EmbeddedPostgres(
      ServerProcess server, Passwords passwords, FolderLock lock, Path logFile) {
    this.server = server;
    this.logFile = logFile;
    this.passwords = passwords;
    this.lock = lock;
  }

  /// Starts the server, making its folder, roles and database at the first time, and returns once
  /// it answers. Takes about 3 s at first and 0.5 s later; a server that must recover from a crash
  /// may take up to two minutes. Throws [DatabaseStartException] with what to do about it.
  public static EmbeddedPostgres start(EmbeddedPostgresConfig config) {
    ServerFolder folder = new ServerFolder(config);
    try {
      folder.make();
      FolderLock lock = FolderLock.take(config.folder());
      try {
        ServerUser user = ServerUser.choose(folder.data());
        Programs programs = Programs.unpack(config.binaries());
        user.requireReach(config.folder());
        user.requireReach(programs.home());
        Passwords passwords = folder.passwords();
        folder.initialise(programs, user, passwords);
        ServerProcess server = ServerProcess.start(config, folder, programs, user, passwords);
        try {
          new Roles(server.port(), passwords).ensure(DATABASE);
        } catch (RuntimeException e) {
          server.stop();
          throw e;
        }
        return new EmbeddedPostgres(server, passwords, lock, config.logFile());
      } catch (RuntimeException | IOException e) {
        lock.close();
        throw e;
      }
    } catch (IOException e) {
      throw new DatabaseStartException(
          "the data folder %s can't be used: %s".formatted(config.folder(), e), e);
    }
  }

  /// From now on until [#close], starts the server again on its port whenever it ended without
  /// being asked to; see [Supervisor].
  public synchronized EmbeddedPostgres keepRunning() {
    if (!closed && supervisor == null) {
      supervisor = Supervisor.of(server, logFile);
    }
    return this;
  }

  /// How Tenon logs in: the owner of the database, who may create roles and is no superuser.
  public DatabaseAddress address() {
    return new DatabaseAddress(url(DATABASE), Roles.LOGIN, passwords.login());
  }

  /// How to log in as superuser, for work on the server as a whole (physical backup, copies of
  /// databases in tests). Nothing that serves a request uses it.
  public DatabaseAddress administrator() {
    return new DatabaseAddress(url("postgres"), Roles.ADMINISTRATOR, passwords.administrator());
  }

  private String url(String database) {
    return ServerProcess.url(server.port(), database);
  }

  /// The port on 127.0.0.1.
  public int port() {
    return server.port();
  }

  /// The folder that holds the rows.
  public Path data() {
    return server.data();
  }

  /// The process id of the server.
  public long pid() {
    return server.pid();
  }

  /// Whether the server's process is there.
  public boolean isRunning() {
    return server.isRunning();
  }

  /// How long [#close] waits for a clean stop before it cuts the server short; nothing committed is
  /// lost either way.
  public static final Duration STOP_MAX = ServerProcess.STOP_MAX;

  /// Stops the server cleanly and waits for it. May be called twice.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (lock) {
      if (supervisor != null) {
        supervisor.close();
      }
      server.stop();
    } catch (IOException e) {
      throw new DatabaseStartException("could not release the lock on the data folder: " + e, e);
    }
  }
}
