package dev.tenon.connector.template;

import java.util.Map;

/// Character references as browsers read them in an attribute: `&#106;`, `&#x6a`, `&colon;`. Only
/// the named ones that can stand in or before a scheme matter here.
final class CharacterReference {
  private static final Map<String, Character> NAMED =
      Map.ofEntries(
          Map.entry("colon;", ':'),
          Map.entry("Tab;", '\t'),
          Map.entry("NewLine;", '\n'),
          Map.entry("sol;", '/'),
          Map.entry("quest;", '?'),
          Map.entry("num;", '#'),
          Map.entry("amp;", '&'),
          Map.entry("AMP;", '&'),
          Map.entry("nbsp;", '\u00a0'),
          Map.entry("lt;", '<'),
          Map.entry("gt;", '>'),
          Map.entry("quot;", '"'));
  private static final int DIGITS_MAX = 12;

  private CharacterReference() {}

  /// Where the reference that begins at `from` ends; `from` when there is none.
  static int end(String page, int from) {
    int at = from + 1;
    if (at < page.length() && page.charAt(at) == '#') {
      at++;
      boolean hex = at < page.length() && (page.charAt(at) | 0x20) == 'x';
      if (hex) {
        at++;
      }
      int digits = at;
      // Zeros in front may be many.
      while (at < page.length()
          && Character.digit(page.charAt(at), hex ? 16 : 10) >= 0
          && page.charAt(at) < 0x80) {
        at++;
      }
      if (at == digits) {
        return from;
      }
      return at < page.length() && page.charAt(at) == ';' ? at + 1 : at;
    }
    for (String name : NAMED.keySet()) {
      if (page.startsWith(name, from + 1)) {
        return from + 1 + name.length();
      }
    }
    return from;
  }

  /// What the reference stands for; one outside the first plane reads as `U+FFFD`.
  static char read(String page, int from, int end) {
    if (page.charAt(from + 1) != '#') {
      return NAMED.getOrDefault(page.substring(from + 1, end), '\ufffd');
    }
    String digits = page.substring(from + 2, end).replace(";", "");
    boolean hex = !digits.isEmpty() && (digits.charAt(0) | 0x20) == 'x';
    String bare = (hex ? digits.substring(1) : digits).replaceFirst("^0+(?=.)", "");
    if (bare.length() > DIGITS_MAX) {
      return '\ufffd';
    }
    long code = Long.parseLong(bare, hex ? 16 : 10);
    return code > 0xffff ? '\ufffd' : (char) code;
  }
}
