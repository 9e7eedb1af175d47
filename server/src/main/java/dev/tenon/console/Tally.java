package dev.tenon.console;

import java.util.Locale;

/// A number on the overview, counted only as far as is cheap.
///
/// @param count what was counted, or estimated
/// @param trust how the number is meant
public record Tally(long count, Trust trust) {

  /// How far a number may be believed.
  public enum Trust {
    EXACT,
    /// There is more: counting stopped here.
    AT_LEAST,
    /// Worked out from a part.
    ABOUT
  }

  static Tally exact(long count) {
    return new Tally(count, Trust.EXACT);
  }

  /// A count that stopped when it passed `max`.
  static Tally upTo(long max, long counted) {
    return counted > max ? new Tally(max, Trust.AT_LEAST) : exact(counted);
  }

  /// Both together; as vague as the vaguer one.
  Tally plus(Tally other) {
    return new Tally(count + other.count, trust.compareTo(other.trust) > 0 ? trust : other.trust);
  }

  public boolean any() {
    return count > 0;
  }

  /// "75", "1,000+", "about 12,000".
  public String text() {
    return switch (trust) {
      case EXACT -> grouped(count);
      case AT_LEAST -> grouped(count) + "+";
      case ABOUT -> "about " + grouped(rounded(count));
    };
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// To two digits: an estimate that shows more would claim more than it knows.
  private static long rounded(long number) {
    long unit = 1;
    while (number / unit >= 100) {
      unit *= 10;
    }
    return (number + unit / 2) / unit * unit;
  }
}
