package dev.tenon.work;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;

/// When to try again after a failure: the schedule is data.
///
/// @param waits the wait after the first failure, the second, and so on; after the last one there
///   is no further try
/// @param jitter the share by which a wait is shortened or prolonged at random, 0 to 1, so that
///   many failures of one cause don't return as one crowd
public record RetrySchedule(List<Duration> waits, double jitter) {

  /// For applying facts: quick at first, since most faults pass in seconds, then patient: 13 tries
  /// in about a day.
  public static final RetrySchedule FACTS =
      new RetrySchedule(
          List.of(
              Duration.ofSeconds(1),
              Duration.ofSeconds(5),
              Duration.ofSeconds(15),
              Duration.ofMinutes(1),
              Duration.ofMinutes(5),
              Duration.ofMinutes(15),
              Duration.ofMinutes(30),
              Duration.ofHours(1),
              Duration.ofHours(2),
              Duration.ofHours(4),
              Duration.ofHours(8),
              Duration.ofHours(8)),
          0.2);

  public RetrySchedule {
    waits = List.copyOf(waits);
    if (jitter < 0 || jitter > 1) {
      throw new IllegalArgumentException("jitter must be from 0 to 1, not " + jitter);
    }
  }

  /// Whether there is a try left after `failures` failures.
  public boolean allows(int failures) {
    return failures <= waits.size();
  }

  /// How long to wait after the `failures`-th failure, counted from 1.
  public Duration after(int failures, RandomGenerator random) {
    Duration wait = waits.get(Math.clamp(failures - 1L, 0, waits.size() - 1));
    double factor = 1 + jitter * (2 * random.nextDouble() - 1);
    return Duration.ofMillis(Math.round(wait.toMillis() * factor));
  }
}
