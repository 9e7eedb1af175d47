package dev.tenon.email;

import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.metric.Sampler;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Reads for the metrics how many email connections are skipped for now, and why.
public record BreakerGauge(SharedBreakers breakers, Meters meters) implements Sampler.Sampled {

  @Override
  public void sample() {
    Map<List<String>, Long> counts =
        breakers.tripped().stream()
            .map(one -> List.of(one.provider(), one.state().why().name().toLowerCase(Locale.ROOT)))
            .collect(Collectors.groupingBy(labels -> labels, Collectors.counting()));
    meters.set(
        Metric.EMAIL_BREAKERS,
        counts.entrySet().stream()
            .map(entry -> new Meters.Row(entry.getKey(), entry.getValue()))
            .toList());
  }
}
