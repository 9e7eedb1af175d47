package dev.tenon.cli;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a command running until the process is told to stop, then closes what it started.
final class UntilStopped {
  private static final Logger LOG = LoggerFactory.getLogger(UntilStopped.class);

  private UntilStopped() {}

  /// Returns after `parts` are closed, the last started first.
  static void hold(List<AutoCloseable> parts) {
    var asked = new CountDownLatch(1);
    var closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      asked.countDown();
                      try {
                        closed.await();
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                    }));
    try {
      asked.await();
      LOG.info("stopping");
      closeAll(parts);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closeAll(parts);
    } finally {
      closed.countDown();
    }
  }

  /// Closes the last first; one that fails does not keep the others open.
  static void closeAll(List<AutoCloseable> parts) {
    for (AutoCloseable part : parts.reversed()) {
      try {
        part.close();
      } catch (Exception e) {
        LOG.error("closing {} failed", part.getClass().getSimpleName(), e);
      }
    }
  }
}
