package dev.tenon.metric;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads the figures that need a query every 15 seconds, so that a scrape costs none. Every node
/// reads the same queues: take the greatest over the nodes, not the sum.
public final class Sampler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
  private static final Duration EVERY = Duration.ofSeconds(15);

  private final List<Sampled> sampled;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("metric-sampler").factory());

  /// Figures that are read together. A read is bounded, however much is waiting.
  @FunctionalInterface
  public interface Sampled {
    void sample();
  }

  public Sampler(List<Sampled> sampled) {
    this.sampled = List.copyOf(sampled);
  }

  /// Reads all now, and goes on until it is closed.
  public void start() {
    var _ = timer.scheduleWithFixedDelay(this::sample, 0, EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  /// Reads all once. A figure that can't be read keeps its last value.
  public void sample() {
    for (Sampled one : sampled) {
      try {
        one.sample();
      } catch (RuntimeException e) {
        LOG.warn("a figure of the metrics can't be read: {}", e.toString());
      }
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
