package dev.tenon.connector.email.smtp;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The one thread that watches over time-outs and idle connections of any number of [SmtpEmail]s.
/// It only starts what is due: what may block runs on a thread of its own, since a stuck timer
/// would lift every time-out. Close it after all that use it.
public final class SmtpTimer implements AutoCloseable {
  private final ScheduledThreadPoolExecutor executor;

  public SmtpTimer() {
    executor =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("smtp-timer").factory());
    // A time-out that was not needed would else be kept for its whole length, one for each write.
    executor.setRemoveOnCancelPolicy(true);
  }

  /// For Angus, which guards its writes with it.
  ScheduledExecutorService executor() {
    return executor;
  }

  Future<?> after(Duration pause, Runnable work) {
    return executor.schedule(
        () -> {
          Thread _ = Thread.startVirtualThread(work);
        },
        pause.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  Future<?> every(Duration period, Runnable work) {
    return executor.scheduleWithFixedDelay(
        () -> {
          Thread _ = Thread.startVirtualThread(work);
        },
        period.toNanos(),
        period.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
