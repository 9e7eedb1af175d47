package dev.tenon.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/// Whether the database answers. It has a connection to itself: a pool that does work may be empty
/// for as long as there is much work, and a balancer must not take that for a dead node. Anybody
/// may ask, so an answer holds for half a second and many who ask at once share it.
final class Pulse {
  private static final long HOLDS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final DataSource source;
  private final ReentrantLock asking = new ReentrantLock();
  private volatile Felt last = new Felt(false, System.nanoTime() - HOLDS_NANOS);

  private record Felt(boolean beats, long nanos) {
    boolean holds() {
      return System.nanoTime() - nanos < HOLDS_NANOS;
    }
  }

  Pulse(DataSource source) {
    this.source = source;
  }

  boolean beats(Duration limit) {
    Felt felt = last;
    if (felt.holds()) {
      return felt.beats();
    }
    try {
      if (!asking.tryLock(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    try {
      if (!last.holds()) {
        last = new Felt(feel(limit), System.nanoTime());
      }
      return last.beats();
    } finally {
      asking.unlock();
    }
  }

  private boolean feel(Duration limit) {
    var asked = new FutureTask<>(() -> isAnswering(limit));
    Thread.startVirtualThread(asked);
    try {
      return asked.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException | TimeoutException e) {
      return false;
    }
  }

  private boolean isAnswering(Duration limit) {
    try (Connection connection = source.getConnection()) {
      return connection.isValid((int) Math.max(1, limit.toSeconds()));
    } catch (SQLException e) {
      return false;
    }
  }
}
