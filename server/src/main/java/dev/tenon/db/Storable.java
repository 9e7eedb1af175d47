package dev.tenon.db;

import java.time.Instant;

/// What a column can hold of what comes from outside. PostgreSQL refuses the rest only when the
/// statement runs, which is too late to say what was wrong with it.
public final class Storable {
  private static final long SECONDS_MAX = 253_402_300_799L; // the end of the year 9999

  private Storable() {}

  /// Whether a text column holds `text`: no U+0000, and no half of a surrogate pair, which has no
  /// form in UTF-8.
  public static boolean isText(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return false;
      }
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return false;
        }
        i++;
      }
    }
    return true;
  }

  /// Whether `time` is in the years 1970 to 9999: PostgreSQL holds more, but neither JSON nor
  /// anybody's calendar does.
  public static boolean isTime(Instant time) {
    return time.getEpochSecond() >= 0 && time.getEpochSecond() <= SECONDS_MAX;
  }
}
