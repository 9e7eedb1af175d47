package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts the embedded server again when it ended without being asked to: killed by hand, or by a
/// system that ran out of memory.
///
/// It comes back on the port it had, so that the pools find it by themselves. The first try is at
/// once; after each that fails, or that lasted less than [#STEADY], the pause doubles up to
/// [#PAUSE_MAX]. Damaged data ends the tries, and so do [#TRIES_MAX] in a row, which take about a
/// day; Tenon then goes on answering 503, and says why.
///
/// A single session's process needs nothing of this: the postmaster itself then ends all sessions
/// and recovers.
final class Supervisor implements AutoCloseable {
  static final Duration STEADY = Duration.ofMinutes(1);
  static final Duration PAUSE_MAX = Duration.ofMinutes(1);
  static final int TRIES_MAX = 1_440;

  private static final Duration PAUSE_FIRST = Duration.ofSeconds(1);
  private static final Logger log = LoggerFactory.getLogger(Supervisor.class);

  private final ServerProcess server;
  private final Path logFile;
  private final Thread thread;
  private volatile boolean closed;

  private Supervisor(ServerProcess server, Path logFile) {
    this.server = server;
    this.logFile = logFile;
    this.thread = Thread.ofPlatform().daemon().name("postgres-supervisor").unstarted(this::run);
  }

  static Supervisor of(ServerProcess server, Path logFile) {
    var supervisor = new Supervisor(server, logFile);
    supervisor.thread.start();
    return supervisor;
  }

  private void run() {
    int failures = 0;
    try {
      while (!closed) {
        long since = System.nanoTime();
        server.awaitEnd();
        if (closed) {
          return;
        }
        log.error(
            "PostgreSQL (process {}) has ended without being asked to; starting it again. Its log: {}",
            server.pid(),
            logFile);
        if (System.nanoTime() - since > STEADY.toNanos()) {
          failures = 0;
        }
        failures = startAgain(failures);
        if (failures > TRIES_MAX) {
          return;
        }
      }
    } catch (InterruptedException e) {
      // Told to stop.
      Thread.currentThread().interrupt();
    }
  }

  /// Tries until it runs again, and answers how many tries there were in a row without steadiness.
  private int startAgain(int failuresBefore) throws InterruptedException {
    long began = System.nanoTime();
    int tries = failuresBefore;
    while (true) {
      Thread.sleep(pauseBefore(tries));
      tries++;
      try {
        server.startAgain();
        log.warn(
            "PostgreSQL runs again (process {}, port {}), {} ms after its end was seen",
            server.pid(),
            server.port(),
            (System.nanoTime() - began) / 1_000_000);
        return tries;
      } catch (IOException | DatabaseStartException e) {
        if (closed || Thread.interrupted()) {
          throw new InterruptedException();
        }
        String reason = String.valueOf(e.getMessage());
        if (ServerLog.tellsOfDamage(reason)) {
          log.error(
              "PostgreSQL can't be started again, because its data in {} is damaged: {}. It is not tried any more, and requests are answered 503. Stop Tenon, restore a backup in place of the folder, and start Tenon again.",
              server.data(),
              reason);
          return TRIES_MAX + 1;
        }
        if (tries >= TRIES_MAX) {
          log.error(
              "PostgreSQL could not be started again in {} tries and is not tried any more: {}. Mend the cause and start Tenon again.",
              tries,
              reason);
          return TRIES_MAX + 1;
        }
        log.error(
            "PostgreSQL could not be started again (try {}): {}. The next try is in {} s.",
            tries,
            reason,
            pauseBefore(tries).toSeconds());
      }
    }
  }

  /// None, 1 s, 2 s, 4 s … up to [#PAUSE_MAX].
  static Duration pauseBefore(int tries) {
    if (tries == 0) {
      return Duration.ZERO;
    }
    Duration pause = PAUSE_FIRST.multipliedBy(1L << Math.min(tries - 1, 20));
    return pause.compareTo(PAUSE_MAX) < 0 ? pause : PAUSE_MAX;
  }

  /// Ends the watch and waits for that; the server is left as it is.
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    boolean interrupted = Thread.interrupted();
    try {
      thread.join(ServerProcess.STOP_MAX);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
