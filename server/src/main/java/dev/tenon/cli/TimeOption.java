package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A time as people write it on a command line: `2h` for two hours ago, or `2026-11-24T10:00:00Z`.
final class TimeOption {
  private static final Pattern AGO = Pattern.compile("([0-9]{1,6})([smhd])");

  private TimeOption() {}

  /// @param option its name, for the message when it is wrong
  static Instant read(String option, String text, Instant now) {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      return now.minus(duration(Long.parseLong(ago.group(1)), ago.group(2)));
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new CommandFailed(
          Failure.USAGE,
          "%s %s: say how long ago, such as 30m, 2h or 7d, or a time such as 2026-11-24T10:00:00Z"
              .formatted(option, text));
    }
  }

  private static Duration duration(long number, String unit) {
    return switch (unit) {
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      case "h" -> Duration.ofHours(number);
      default -> Duration.ofDays(number);
    };
  }
}
