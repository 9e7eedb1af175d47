package dev.tenon.connector.email.smtp;

import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// The bound of one message as a whole: waiting for a place, connecting, every command and every
/// reply. Each of them has a time-out of its own, but fifty of them in a row would take longer than
/// any caller waits. When the time is over the socket is closed under the conversation, which then
/// ends as if the connection had been lost.
final class Conversation implements AutoCloseable {
  private final long endNanos;
  private final SmtpTimer timer;
  private @Nullable Future<?> alarm;
  private @Nullable SmtpConnection connection;
  private boolean over;

  Conversation(Duration limit, SmtpTimer timer) {
    this.endNanos = System.nanoTime() + limit.toNanos();
    this.timer = timer;
  }

  Duration left() {
    return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
  }

  /// From now on it is held through this connection.
  synchronized void over(SmtpConnection next) {
    connection = next;
    if (alarm == null) {
      alarm = timer.after(left(), this::cut);
    }
    if (over) {
      next.abort();
    }
  }

  private synchronized void cut() {
    over = true;
    if (connection != null) {
      connection.abort();
    }
  }

  /// Whether its time is over.
  synchronized boolean isOver() {
    return over;
  }

  /// It has ended: its connection may serve others.
  @Override
  public synchronized void close() {
    connection = null;
    if (alarm != null) {
      boolean _ = alarm.cancel(false);
    }
  }
}
