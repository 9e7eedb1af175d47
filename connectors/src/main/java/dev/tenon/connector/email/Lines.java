package dev.tenon.connector.email;

/// Keeps everything that becomes one header line on one line.
final class Lines {
  private static final int SHOWN_CHARS_MAX = 80;

  private Lines() {}

  /// True for CR, LF, NUL and every other control character, C1 and the Unicode line and paragraph
  /// separators included: some of them end a line somewhere along the way.
  static boolean hasControl(String text) {
    return text.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
  }

  /// On one line and at most `charsMax` characters long, for text that comes from elsewhere:
  /// control characters become spaces, and no character is cut in half.
  static String clean(String text, int charsMax) {
    String line =
        text.codePoints()
            .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()
            .strip();
    if (line.length() <= charsMax) {
      return line;
    }
    int end = charsMax - 1;
    return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end)
            .strip()
        + "…";
  }

  /// Cut and cleaned for an error message.
  static String shown(String text) {
    String cut = text.length() <= SHOWN_CHARS_MAX ? text : text.substring(0, SHOWN_CHARS_MAX) + "…";
    return cut.codePoints()
        .map(c -> Character.isISOControl(c) ? '?' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
