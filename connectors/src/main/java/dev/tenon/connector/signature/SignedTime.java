package dev.tenon.connector.signature;

import java.time.Duration;
import java.time.Instant;

/// The time in a signed header: unix seconds in decimal, and the rule for how far it may be off.
final class SignedTime {
  /// Both ways, which is more than the providers' own libraries check: they let a header that is
  /// dated next year pass, and whoever catches one could replay it until then.
  static final long TOLERANCE_SECONDS = 300;

  /// Enough for the year 33658 and small enough to never overflow.
  private static final int DIGITS_MAX = 12;

  private SignedTime() {}

  /// Seconds since 1970 from `text` between `from` and `to`, or -1 when that is not 1 to 12 digits.
  static long parse(String text, int from, int to) {
    int length = to - from;
    if (length < 1 || length > DIGITS_MAX) {
      return -1;
    }
    long seconds = 0;
    for (int i = from; i < to; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      seconds = seconds * 10 + digit;
    }
    return seconds;
  }

  /// The verdict on a signature that matched.
  static Verdict judge(long signedAt, Instant now, int secretIndex) {
    return judge(signedAt, now, secretIndex, TOLERANCE_SECONDS);
  }

  /// The same for a provider that repeats a delivery for hours under its first time.
  static Verdict judge(long signedAt, Instant now, int secretIndex, long pastSecondsMax) {
    long age = now.getEpochSecond() - signedAt;
    if (age > pastSecondsMax) {
      return new Verdict.TooOld(Duration.ofSeconds(age));
    }
    if (age < -TOLERANCE_SECONDS) {
      return new Verdict.TooNew(Duration.ofSeconds(-age));
    }
    return new Verdict.Valid(secretIndex);
  }
}
