package dev.tenon.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Looks at the server's memory once a second while something runs.
final class MemoryWatch implements AutoCloseable {
  private final Bed bed;
  private final long start = System.nanoTime();
  private final List<Trend.Point> resident = new ArrayList<>();
  private final List<Trend.Point> heap = new ArrayList<>();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;

  MemoryWatch(Bed bed) {
    this.bed = bed;
    thread = Thread.ofPlatform().start(this::watch);
  }

  private void watch() {
    try {
      do {
        double seconds = (System.nanoTime() - start) / 1e9;
        resident.add(new Trend.Point(seconds, bed.serverMiB()));
        heap.add(new Trend.Point(seconds, bed.heapMiB()));
      } while (!stopping.await(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Ends the watch and says what was seen.
  void report(Report report, String what) {
    close();
    line(report, what + ", resident memory of the server", resident);
    line(report, what + ", its heap, garbage included", heap);
  }

  private static void line(Report report, String what, List<Trend.Point> points) {
    report.line(
        what,
        "%.0f MiB at first, %.0f at the end, most %.0f; %+.1f MiB a minute over the last half (%d looks)"
            .formatted(
                points.getFirst().value(),
                points.getLast().value(),
                points.stream().mapToDouble(Trend.Point::value).max().orElse(0),
                Trend.perMinute(points),
                points.size()));
  }

  @Override
  public void close() {
    stopping.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
