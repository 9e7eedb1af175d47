package dev.tenon.delivery;

import dev.tenon.work.RetrySchedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a failed delivery is tried again, and when an endpoint rests or is given up: the rules, as
/// data and pure functions.
final class Retries {
  /// The schedule that Standard Webhooks gives as an example: ten tries in about 75 hours.
  static final RetrySchedule SCHEDULE =
      new RetrySchedule(
          List.of(
              Duration.ofSeconds(5),
              Duration.ofMinutes(5),
              Duration.ofMinutes(30),
              Duration.ofHours(2),
              Duration.ofHours(5),
              Duration.ofHours(10),
              Duration.ofHours(14),
              Duration.ofHours(20),
              Duration.ofHours(24)),
          0.2);

  /// The least wait after a 429 or a time-out: the receiver has too much to do already.
  static final Duration TIRED = Duration.ofSeconds(60);

  /// The longest wait that a receiver may ask for.
  static final Duration RETRY_AFTER_MAX = Duration.ofHours(24);

  /// After this many failures in a row an endpoint rests, and is tried by single calls.
  static final int REST_AFTER = 10;

  static final Duration REST_FIRST = Duration.ofSeconds(30);
  static final Duration REST_MAX = Duration.ofMinutes(15);

  /// Nothing but failures for so long: the platform is told.
  static final Duration WARN_AFTER = Duration.ofDays(1);

  /// Nothing but failures for so long: the endpoint is disabled.
  static final Duration DISABLE_AFTER = Duration.ofDays(5);

  private Retries() {}

  /// How long to wait after the `failures`-th failure; empty when that was the last try.
  static Optional<Duration> after(CallEnd end, int failures, RandomGenerator random) {
    if (end.gone()) {
      // The endpoint is disabled; what waits for it is held.
      return Optional.of(Duration.ZERO);
    }
    if (!SCHEDULE.allows(failures)) {
      return Optional.empty();
    }
    Duration wait = SCHEDULE.after(failures, random);
    boolean tired = end.timedOut() || (end.status() != null && end.status() == 429);
    if (tired) {
      wait = longer(wait, TIRED);
    }
    return Optional.of(longer(wait, asked(end)));
  }

  /// How long the whole endpoint rests, because the receiver asks for fewer calls; zero when it
  /// doesn't.
  static Duration throttle(CallEnd end) {
    return end.throttled() ? longer(TIRED, asked(end)) : Duration.ZERO;
  }

  /// How long an endpoint rests after so many failures in a row; zero when it need not.
  static Duration rest(int failures) {
    if (failures < REST_AFTER) {
      return Duration.ZERO;
    }
    Duration rest = REST_FIRST.multipliedBy(1L << Math.min(10, failures - REST_AFTER));
    return rest.compareTo(REST_MAX) > 0 ? REST_MAX : rest;
  }

  private static Duration asked(CallEnd end) {
    return end.retryAfter().compareTo(RETRY_AFTER_MAX) > 0 ? RETRY_AFTER_MAX : end.retryAfter();
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }
}
