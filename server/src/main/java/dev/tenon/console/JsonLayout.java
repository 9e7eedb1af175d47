package dev.tenon.console;

/// Lays a JSON text out for reading by changing nothing but the blanks between its tokens. Reading
/// and writing it anew would change numbers and hide repeated keys, and here people look for what
/// really came.
final class JsonLayout {
  private static final int DEPTH_MAX = 200;

  private final String text;
  private final StringBuilder out;
  private int depth;

  private JsonLayout(String text) {
    this.text = text;
    this.out = new StringBuilder(text.length() * 3 / 2);
  }

  /// The laid-out text, or `text` itself when it does not look like JSON or is nested too deep.
  static String of(String text) {
    String bare = text.strip();
    if (bare.isEmpty() || (bare.charAt(0) != '{' && bare.charAt(0) != '[')) {
      return text;
    }
    var layout = new JsonLayout(bare);
    return layout.write() ? layout.out.toString() : text;
  }

  private boolean write() {
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      switch (c) {
        case '"' -> at = string(at);
        case '{', '[' -> {
          int next = skipBlanks(at + 1);
          if (next < text.length() && text.charAt(next) == (c == '{' ? '}' : ']')) {
            out.append(c).append(text.charAt(next));
            at = next;
          } else {
            depth++;
            out.append(c);
            line();
          }
        }
        case '}', ']' -> {
          depth--;
          if (depth < 0) {
            return false;
          }
          line();
          out.append(c);
        }
        case ',' -> {
          out.append(c);
          line();
        }
        case ':' -> out.append(": ");
        case ' ', '\t', '\r', '\n' -> {}
        default -> out.append(c);
      }
      if (depth > DEPTH_MAX) {
        return false;
      }
      at++;
    }
    return depth == 0;
  }

  /// Copies a string as it is and answers where its closing quote stands.
  private int string(int start) {
    int at = start + 1;
    while (at < text.length() && text.charAt(at) != '"') {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    int end = Math.min(at, text.length() - 1);
    out.append(text, start, end + 1);
    return end;
  }

  private int skipBlanks(int start) {
    int at = start;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private void line() {
    out.append('\n').append("  ".repeat(Math.max(0, Math.min(depth, DEPTH_MAX))));
  }
}
