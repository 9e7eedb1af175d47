package dev.tenon.metric;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// Counts what [Metric] lists, and nothing else. Label values are given in the order of
/// [Metric#labels]. Safe for use by many threads.
public final class Meters {
  private static final Duration[] BOUNDS = {
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10),
    Duration.ofMinutes(1),
    Duration.ofMinutes(10)
  };

  private final MeterRegistry registry;
  private final Map<Metric, MultiGauge> gauges = new ConcurrentHashMap<>();

  public Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  /// Counts into nothing: for tests and tools.
  public static Meters unseen() {
    return new Meters(new SimpleMeterRegistry());
  }

  public Counter counter(Metric metric, String... values) {
    return Counter.builder(metric.id())
        .description(metric.meaning())
        .tags(tags(metric, values))
        .register(registry);
  }

  public Timer timer(Metric metric, String... values) {
    return Timer.builder(metric.id())
        .description(metric.meaning())
        .tags(tags(metric, values))
        .serviceLevelObjectives(BOUNDS)
        .register(registry);
  }

  public DistributionSummary summary(Metric metric, String... values) {
    return DistributionSummary.builder(metric.id())
        .description(metric.meaning())
        .tags(tags(metric, values))
        .register(registry);
  }

  /// A figure without labels that is asked at each scrape: it must be at hand, never a query.
  public void gauge(Metric metric, Supplier<Number> now) {
    Gauge.builder(unitless(metric), now)
        .description(metric.meaning())
        .strongReference(true)
        .register(registry);
  }

  /// One figure by its label values.
  public record Row(List<String> values, Number number) {
    public Row {
      values = List.copyOf(values);
    }
  }

  /// Sets figures that were sampled; a row that is not there any more goes.
  public void set(Metric metric, List<Row> rows) {
    List<MultiGauge.Row<?>> out = new ArrayList<>(rows.size());
    for (Row row : rows) {
      out.add(MultiGauge.Row.of(tags(metric, row.values().toArray(String[]::new)), row.number()));
    }
    gauges
        .computeIfAbsent(
            metric,
            one -> MultiGauge.builder(unitless(one)).description(one.meaning()).register(registry))
        .register(out, true);
  }

  private static String unitless(Metric metric) {
    return metric.kind() == Metric.Kind.SECONDS ? metric.id() + ".seconds" : metric.id();
  }

  private static Tags tags(Metric metric, String... values) {
    List<String> names = metric.labels();
    if (names.size() != values.length) {
      throw new IllegalArgumentException(
          "%s has the labels %s, not %d".formatted(metric, names, values.length));
    }
    Tags tags = Tags.empty();
    for (int i = 0; i < values.length; i++) {
      tags = tags.and(names.get(i), values[i]);
    }
    return tags;
  }
}
