package dev.tenon.sandbox.email;

import java.time.Duration;

/// How the simulated Resend treats its callers.
///
/// @param requestsPerSecond how many calls all keys together may make in a second, from 1 to 10 000
/// @param processing how long it works on a mail while its idempotency key counts as in progress,
///   at most a minute
public record ResendSettings(int requestsPerSecond, Duration processing) {
  /// 100 calls a second, answered at once.
  public static final ResendSettings DEFAULTS = new ResendSettings(100, Duration.ZERO);

  public ResendSettings {
    if (requestsPerSecond < 1 || requestsPerSecond > 10_000) {
      throw new IllegalArgumentException("requestsPerSecond must be from 1 to 10000");
    }
    if (processing.isNegative() || processing.compareTo(Duration.ofMinutes(1)) > 0) {
      throw new IllegalArgumentException("processing must be from 0 to one minute");
    }
  }
}
