package dev.tenon.sandbox;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How a sandbox runs.
///
/// @param clock where times in objects, events and signatures come from
/// @param ports fixed port by simulator name; a free one where there is none, or where it is 0
/// @param webhookRetries pause before each further try of a webhook; its size bounds the tries
/// @param directory where state is kept between runs, as it changes; empty keeps it in memory only
public record SandboxSettings(
    InstantSource clock,
    Map<String, Integer> ports,
    List<Duration> webhookRetries,
    Optional<Path> directory) {
  private static final List<Duration> RETRIES =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(30));

  public SandboxSettings {
    ports = Map.copyOf(ports);
    webhookRetries = List.copyOf(webhookRetries);
    if (webhookRetries.size() > 20) {
      throw new IllegalArgumentException("at most 20 retries of a webhook");
    }
  }

  /// Free ports, three retries (1 s, 5 s, 30 s), state in memory.
  public static SandboxSettings defaults(InstantSource clock) {
    return new SandboxSettings(clock, Map.of(), RETRIES, Optional.empty());
  }

  /// The same with fixed ports.
  public SandboxSettings withPorts(Map<String, Integer> ports) {
    return new SandboxSettings(clock, ports, webhookRetries, directory);
  }

  /// The same with another retry schedule.
  public SandboxSettings withWebhookRetries(List<Duration> retries) {
    return new SandboxSettings(clock, ports, retries, directory);
  }

  /// The same with state kept in a directory, one file for each simulator and one for the mailbox.
  public SandboxSettings withDirectory(Path directory) {
    return new SandboxSettings(clock, ports, webhookRetries, Optional.of(directory));
  }
}
