package dev.tenon.connector.email.smtp;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// A few open connections to one server. Opening one costs more than sending a small message: reuse
/// carries about eight times as many messages a second.
final class SmtpPool implements AutoCloseable {
  /// Servers close idle connections after 30 s to 5 min; ours go first.
  private static final Duration IDLE_MAX = Duration.ofSeconds(25);

  /// Some servers take only so many messages on one connection.
  private static final int MESSAGES_MAX = 100;

  private final InstantSource clock;
  private final Semaphore permits;
  private final Lock lock = new ReentrantLock();
  private final Deque<SmtpConnection> idle = new ArrayDeque<>();
  private final int connectionsMax;
  private boolean closed;

  SmtpPool(int connectionsMax, InstantSource clock) {
    this.clock = clock;
    this.connectionsMax = connectionsMax;
    permits = new Semaphore(connectionsMax, true);
  }

  /// Waits for a place; false when none came free in time. Each true is paired with [#leave].
  boolean enter(Duration wait) throws InterruptedException {
    return permits.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Answers true when the pool is closed and this was the last to leave.
  boolean leave() {
    permits.release();
    return isDrained();
  }

  /// Whether the pool is closed and nobody is in it.
  boolean isDrained() {
    lock.lock();
    try {
      return closed && permits.availablePermits() == connectionsMax;
    } finally {
      lock.unlock();
    }
  }

  /// The connection used last, if it was used lately.
  Optional<SmtpConnection> takeIdle() {
    closeIdle();
    lock.lock();
    try {
      return Optional.ofNullable(idle.pollLast());
    } finally {
      lock.unlock();
    }
  }

  /// Keeps a healthy connection for the next message.
  void giveBack(SmtpConnection connection) {
    connection.idleSince(clock.instant());
    lock.lock();
    try {
      if (!closed && connection.messages() < MESSAGES_MAX) {
        idle.addLast(connection);
        return;
      }
    } finally {
      lock.unlock();
    }
    connection.closeQuietly();
  }

  /// Closes connections that nobody used for a while.
  void closeIdle() {
    List<SmtpConnection> old = new ArrayList<>();
    lock.lock();
    try {
      while (!idle.isEmpty()
          && (closed
              || Duration.between(idle.peekFirst().idleSince(), clock.instant()).compareTo(IDLE_MAX)
                  > 0)) {
        old.add(idle.removeFirst());
      }
    } finally {
      lock.unlock();
    }
    old.forEach(SmtpConnection::closeQuietly);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
    closeIdle();
  }
}
