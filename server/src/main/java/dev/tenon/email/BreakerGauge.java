package dev.tenon.email;

import dev.tenon.connector.email.EmailBreakers;
import dev.tenon.metric.Meters;
import dev.tenon.metric.Metric;
import dev.tenon.metric.Sampler;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Reads for the metrics how many email connections are skipped for now.
public record BreakerGauge(EmailBreakers breakers, Meters meters) implements Sampler.Sampled {

  @Override
  public void sample() {
    // A connection's name begins with its provider's, see EmailConnections.nameOf.
    Map<String, Long> byProvider =
        breakers.open().stream()
            .map(name -> name.substring(0, Math.max(0, name.indexOf(' '))))
            .collect(Collectors.groupingBy(provider -> provider, Collectors.counting()));
    meters.set(
        Metric.EMAIL_BREAKERS,
        byProvider.entrySet().stream()
            .map(entry -> new Meters.Row(List.of(entry.getKey()), entry.getValue()))
            .toList());
  }
}
