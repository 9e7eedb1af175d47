package dev.tenon.connector.email;

import dev.tenon.connector.http.HttpResult;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/// The wait that a provider asks for.
public final class RetryAfter {
  /// A provider that asks for more is not believed: the message is tried again after a day.
  private static final Duration WAIT_MAX = Duration.ofDays(1);

  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

  /// Seconds since 1970 have ten digits, milliseconds thirteen: SendGrid writes the former, others
  /// the latter.
  private static final Pattern EPOCH = Pattern.compile("[0-9]{10}|[0-9]{13}");

  private RetryAfter() {}

  /// `Retry-After` in seconds or as a date (measured from the answer's own `Date`, so that our
  /// clock doesn't matter), else, of a 429, `ratelimit-reset` in seconds or `x-ratelimit-reset` as
  /// a moment or in seconds, else zero. At most one day.
  ///
  /// Providers name the end of the current window with every answer. Only a 429 says that the
  /// window is used up.
  public static Duration of(HttpResult.Answered answer) {
    Duration wait = read(answer.header("retry-after").strip(), answer.header("date").strip());
    boolean isLimit = answer.status() == 429;
    if (wait.isZero() && isLimit) {
      wait = read(answer.header("ratelimit-reset").strip(), "");
    }
    if (wait.isZero() && isLimit) {
      wait = reset(answer.header("x-ratelimit-reset").strip(), answer.header("date").strip());
    }
    return wait.compareTo(WAIT_MAX) > 0 ? WAIT_MAX : wait;
  }

  private static Duration read(String value, String answeredAt) {
    if (SECONDS.matcher(value).matches()) {
      return Duration.ofSeconds((long) Math.ceil(Double.parseDouble(value)));
    }
    if (value.isEmpty() || answeredAt.isEmpty()) {
      return Duration.ZERO;
    }
    try {
      Duration wait = Duration.between(date(answeredAt), date(value));
      return wait.isNegative() ? Duration.ZERO : wait;
    } catch (DateTimeParseException e) {
      return Duration.ZERO;
    }
  }

  private static Duration reset(String value, String answeredAt) {
    if (!EPOCH.matcher(value).matches()) {
      return read(value, "");
    }
    Instant at =
        value.length() == 13
            ? Instant.ofEpochMilli(Long.parseLong(value))
            : Instant.ofEpochSecond(Long.parseLong(value));
    return read(
        DateTimeFormatter.RFC_1123_DATE_TIME.format(at.atOffset(ZoneOffset.UTC)), answeredAt);
  }

  private static ZonedDateTime date(String text) {
    return ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
  }
}
