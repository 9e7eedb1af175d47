package dev.tenon.email;

import dev.tenon.http.ProblemException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// From when on a message is to be sent, as somebody asked.
final class SendTime {
  /// As far ahead as the most patient provider's own scheduler takes it (Resend, 30 days), and
  /// little enough that who is in it still fits.
  static final Duration AHEAD_MAX = Duration.ofDays(30);

  /// What just went by is meant: clocks differ, and requests take their time.
  static final Duration PAST_MAX = Duration.ofMinutes(5);

  private SendTime() {}

  /// The time to wait for; null for at once. Throws [ProblemException] when it is too far off.
  ///
  /// @param takenUp whether an earlier run of the same request may have taken it: that its time is
  ///   past by now is no reason to refuse it then
  static @Nullable Instant read(@Nullable Instant given, Instant now, boolean takenUp) {
    if (given == null) {
      return null;
    }
    if (given.isAfter(now.plus(AHEAD_MAX))) {
      throw ProblemException.invalidField(
          "send_at", "A message can be sent up to %d days ahead.".formatted(AHEAD_MAX.toDays()));
    }
    if (given.isBefore(now.minus(PAST_MAX)) && !takenUp) {
      throw ProblemException.invalidField(
          "send_at", "The time is past. Leave it out to send the message now.");
    }
    return given.isAfter(now) ? given : null;
  }
}
