package dev.tenon.console;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// A time as people read it: how long ago at first sight, the exact moment and its zone beside.
///
/// @param at the moment
/// @param now the moment the page is made
public record Moment(Instant at, Instant now) {
  private static final DateTimeFormatter EXACT =
      DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss.SSS 'UTC'", Locale.ENGLISH)
          .withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("d MMM HH:mm:ss", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  /// For the `datetime` attribute.
  public String iso() {
    return at.toString();
  }

  /// To the millisecond, with the zone.
  public String exact() {
    return EXACT.format(at);
  }

  /// The time of day in UTC, for columns whose head says so.
  public String clock() {
    return CLOCK.format(at);
  }

  /// Day and time to the second in UTC, for lists whose head says so.
  public String stamp() {
    return STAMP.format(at);
  }

  /// The day alone.
  public String day() {
    return DAY.format(at);
  }

  /// "3 min ago", "in 2 h", "just now"; the script keeps it fresh with the same words.
  public String relative() {
    Duration past = Duration.between(at, now);
    String length = length(past.abs());
    if (length.isEmpty()) {
      return "just now";
    }
    return past.isNegative() ? "in " + length : length + " ago";
  }

  /// A length of time in its largest unit; empty below a second.
  static String length(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 1) {
      return "";
    }
    if (seconds < 60) {
      return seconds + " s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + " min";
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + " h";
    }
    return seconds / 86_400 + " d";
  }

  /// A short length with what matters in it: "12 ms", "1.4 s", "3 min".
  static String took(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1_000) {
      return Math.max(0, millis) + " ms";
    }
    if (millis < 60_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1_000.0);
    }
    return length(duration);
  }
}
