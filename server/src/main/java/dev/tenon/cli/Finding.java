package dev.tenon.cli;

import java.util.Locale;

/// One thing that `doctor` looked at.
///
/// @param about what it is, in a word or two
/// @param says how it is, and what to do where that is not well
record Finding(Grade grade, String about, String says) {

  /// How it is.
  enum Grade {
    OK,
    /// It works, and something should be done.
    WARN,
    /// It doesn't work.
    FAIL;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String about, String says) {
    return new Finding(Grade.OK, about, says);
  }

  static Finding warn(String about, String says) {
    return new Finding(Grade.WARN, about, says);
  }

  static Finding fail(String about, String says) {
    return new Finding(Grade.FAIL, about, says);
  }
}
