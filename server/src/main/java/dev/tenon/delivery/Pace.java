package dev.tenon.delivery;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The pace of an endpoint as all nodes share it: the row of `endpoint_health` while it is locked.
///
/// The rate is kept by a "theoretical time" (GCRA): each call moves it on by one interval, and a
/// call may be made unless it lies further ahead than a tenth of a second allows. So a second sees
/// no more calls than the rate and a tenth, however they fall.
///
/// @param rate calls a second; null for no limit
/// @param nextAt the theoretical time of the next call
/// @param restsUntil set while the breaker is open: one call may be made from then on
record Pace(@Nullable Integer rate, @Nullable Instant nextAt, @Nullable Instant restsUntil) {

  /// How many calls may begin at `now`, `wanted` at most.
  int allows(int wanted, Instant now) {
    if (restsUntil != null) {
      return restsUntil.isAfter(now) ? 0 : Math.min(1, wanted);
    }
    if (rate == null) {
      return wanted;
    }
    Duration interval = interval(rate);
    long ahead = Duration.between(now, from(now)).toNanos();
    long used = Math.ceilDiv(ahead, interval.toNanos());
    return Math.clamp(burst(rate) - used, 0, wanted);
  }

  /// The pace after `calls` have begun. A probe reserves the endpoint until `leaseEnd`, so that no
  /// other node makes one too.
  Pace after(int calls, Instant now, Instant leaseEnd) {
    if (calls == 0) {
      return this;
    }
    return new Pace(
        rate,
        rate == null ? nextAt : from(now).plus(interval(rate).multipliedBy(calls)),
        restsUntil == null ? null : leaseEnd);
  }

  /// When it is worth asking again.
  Instant againAt(Instant now) {
    if (restsUntil != null) {
      return restsUntil;
    }
    return rate == null ? now : from(now).minus(interval(rate).multipliedBy(burst(rate) - 1L));
  }

  private Instant from(Instant now) {
    return nextAt == null || nextAt.isBefore(now) ? now : nextAt;
  }

  private static Duration interval(int rate) {
    return Duration.ofNanos(1_000_000_000L / rate);
  }

  private static int burst(int rate) {
    return Math.max(1, rate / 10);
  }
}
