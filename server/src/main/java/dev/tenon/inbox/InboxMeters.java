package dev.tenon.inbox;

import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// What intake counts. The meters are looked up once, since this is the hot path.
public final class InboxMeters {
  private final Meters meters;
  private final DistributionSummary batch;
  private final Timer commit;
  private final Map<String, Counter> accepted = new ConcurrentHashMap<>();
  private final Map<String, Counter> duplicate = new ConcurrentHashMap<>();

  public InboxMeters(Meters meters) {
    this.meters = meters;
    this.batch = meters.summary(Metric.INBOX_BATCH);
    this.commit = meters.timer(Metric.INBOX_COMMIT);
  }

  void waiting(Supplier<Number> now) {
    meters.gauge(Metric.INBOX_WAITING, now);
  }

  void committed(int deliveries, long nanos) {
    batch.record(deliveries);
    commit.record(nanos, TimeUnit.NANOSECONDS);
  }

  void accepted(String provider) {
    accepted
        .computeIfAbsent(provider, name -> meters.counter(Metric.INBOX_ACCEPTED, name))
        .increment();
  }

  void duplicate(String provider) {
    duplicate
        .computeIfAbsent(provider, name -> meters.counter(Metric.INBOX_DUPLICATE, name))
        .increment();
  }
}
