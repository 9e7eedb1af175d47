package dev.tenon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a command starts, until the process is told to stop: then it is closed, the last started
/// first. The process may be told at any moment, also while it is still starting.
final class UntilStopped {
  private static final Logger LOG = LoggerFactory.getLogger(UntilStopped.class);

  private final Thread starter = Thread.currentThread();
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<AutoCloseable> parts = new ArrayList<>();
  private boolean starting = true;

  private UntilStopped() {}

  /// A command's work: it adds what it starts, and may [#hold] in the end.
  interface Work {
    void run(UntilStopped stop);
  }

  /// Runs `work` and closes what it added, however it ended. A process that is told to stop
  /// meanwhile interrupts it and doesn't end before everything is closed; told a second time, it
  /// ends at once.
  static void run(Work work) {
    var stop = new UntilStopped();
    Thread hook = Thread.ofPlatform().unstarted(stop::ask);
    Runtime.getRuntime().addShutdownHook(hook);
    StopSignals signals = StopSignals.take();
    try {
      work.run(stop);
    } catch (RuntimeException e) {
      if (!stop.isAsked()) {
        throw e;
      }
      // What is cut short in the middle fails in any way.
      LOG.debug("stopped while starting", e);
    } finally {
      stop.close();
      if (!stop.isAsked()) {
        signals.giveBack();
        forget(hook);
      }
    }
  }

  private static void forget(Thread hook) {
    try {
      boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      LOG.debug("told to stop after everything was closed");
    }
  }

  /// Has `part` closed at the end; answers it.
  <T extends AutoCloseable> T add(T part) {
    parts.add(part);
    return part;
  }

  boolean isAsked() {
    return asked.getCount() == 0;
  }

  /// Returns when the process is told to stop.
  void hold() {
    endOfStart();
    try {
      asked.await();
    } catch (InterruptedException e) {
      // Whoever interrupts wants the end as well.
      LOG.debug("interrupted");
    }
    LOG.info("stopping");
  }

  /// In the shutdown hook: the process ends when this returns.
  private void ask() {
    asked.countDown();
    synchronized (this) {
      if (starting) {
        starter.interrupt();
      }
    }
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// From here on nobody interrupts: closing must not be cut short.
  private synchronized void endOfStart() {
    starting = false;
    boolean _ = Thread.interrupted();
  }

  private void close() {
    endOfStart();
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.error("closing {} failed", part.getClass().getSimpleName(), e);
      }
    }
    closed.countDown();
  }
}
