package dev.tenon.payment;

import org.jspecify.annotations.Nullable;

/// Texts from outside as the database can hold them.
final class PlainText {
  /// Longer than any id of a provider.
  static final int ID_CHARS_MAX = 255;

  /// Longer than any name or address.
  static final int NAME_CHARS_MAX = 500;

  private PlainText() {}

  /// A name or address: without what PostgreSQL refuses in a text (U+0000), cut to a length; null
  /// when nothing is left.
  static @Nullable String name(String text) {
    return of(text, NAME_CHARS_MAX);
  }

  /// An id, null when there is none. One that is too long names nothing that exists.
  static @Nullable String id(String text) {
    return text.length() > ID_CHARS_MAX ? null : of(text, ID_CHARS_MAX);
  }

  static @Nullable String of(String text, int charsMax) {
    int end = Math.min(text.length(), charsMax);
    if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    var plain = new StringBuilder(end);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < end
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        plain.append(c).append(text.charAt(++i));
      } else if (c != 0 && !Character.isSurrogate(c)) {
        plain.append(c);
      }
    }
    return plain.isEmpty() ? null : plain.toString();
  }
}
