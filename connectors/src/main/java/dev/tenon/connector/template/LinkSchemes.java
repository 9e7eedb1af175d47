package dev.tenon.connector.template;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Finds links in rendered HTML whose scheme a mail must not have: escaping does not stop
/// `javascript:`.
///
/// References such as `&#106;` are read as a mail client reads them. It goes from one equals sign
/// to the next, which costs a tenth of what a regular expression over the whole page takes; it runs
/// for every mail.
final class LinkSchemes {
  private static final Set<String> ALLOWED = Set.of("https", "http", "mailto", "tel", "cid");
  static final Set<String> ATTRIBUTES =
      Set.of("href", "src", "srcset", "action", "background", "poster", "cite");
  private static final int ATTRIBUTE_CHARS_MAX = 10;
  private static final int SCHEME_CHARS_MAX = 40;

  private LinkSchemes() {}

  /// The first scheme of a link in `page` that is not allowed. A link without a scheme has none.
  static Optional<String> firstRefused(String page) {
    int at = page.indexOf('=');
    while (at >= 0) {
      int next = at + 1;
      if (isLinkAttribute(page, at)) {
        int from = skipBlanks(page, at + 1);
        Optional<String> scheme = scheme(page, from);
        if (scheme.isPresent() && !ALLOWED.contains(scheme.get().toLowerCase(Locale.ROOT))) {
          return scheme;
        }
        next = Math.max(next, afterValue(page, from));
      }
      at = page.indexOf('=', next);
    }
    return Optional.empty();
  }

  /// Whether the word before `equals` is the name of an attribute that holds a link.
  private static boolean isLinkAttribute(String page, int equals) {
    int to = equals;
    while (to > 0 && isBlank(page.charAt(to - 1))) {
      to--;
    }
    int from = to;
    while (from > 0 && to - from <= ATTRIBUTE_CHARS_MAX && isLetter(page.charAt(from - 1))) {
      from--;
    }
    return to - from <= ATTRIBUTE_CHARS_MAX
        && ATTRIBUTES.contains(page.substring(from, to).toLowerCase(Locale.ROOT));
  }

  private static int skipBlanks(String page, int from) {
    int at = from;
    while (at < page.length() && isBlank(page.charAt(at))) {
      at++;
    }
    return at;
  }

  /// Where a value that is closed ends: what looks like an attribute within a link's own query is
  /// none. One whose quote is never closed has no end that readers agree on.
  private static int afterValue(String page, int from) {
    if (from < page.length() && (page.charAt(from) == '"' || page.charAt(from) == '\'')) {
      int end = page.indexOf(page.charAt(from), from + 1);
      return end < 0 ? from : end + 1;
    }
    int at = from;
    while (at < page.length() && page.charAt(at) != '>' && !isBlank(page.charAt(at))) {
      at++;
    }
    return at;
  }

  /// What stands before the first colon of the value at `from`, without blanks and control
  /// characters, which browsers skip. Empty when a slash, a question mark or a hash comes first.
  private static Optional<String> scheme(String page, int from) {
    if (from >= page.length()) {
      return Optional.empty();
    }
    char quote = page.charAt(from);
    boolean quoted = quote == '"' || quote == '\'';
    var scheme = new StringBuilder();
    for (int at = quoted ? from + 1 : from; at < page.length(); at++) {
      char c = page.charAt(at);
      if (isEnd(c, quote, quoted)) {
        return Optional.empty();
      }
      if (c == '&') {
        int end = CharacterReference.end(page, at);
        if (end > at) {
          c = CharacterReference.read(page, at, end);
          at = end - 1;
        }
      }
      if (c == ':') {
        return Optional.of(scheme.toString());
      }
      if (c == '/' || c == '?' || c == '#') {
        return Optional.empty();
      }
      if (c > ' ' && scheme.length() < SCHEME_CHARS_MAX) {
        scheme.append(c);
      }
    }
    return Optional.empty();
  }

  /// The scheme of a whole link; empty when it has none. With references as they stand: for what is
  /// no HTML.
  static Optional<String> ofLink(String link) {
    int colon = link.indexOf(':');
    int path = firstOf(link, "/?#");
    return colon < 0 || (path >= 0 && path < colon)
        ? Optional.empty()
        : Optional.of(link.substring(0, colon).toLowerCase(Locale.ROOT));
  }

  private static int firstOf(String text, String characters) {
    for (int at = 0; at < text.length(); at++) {
      if (characters.indexOf(text.charAt(at)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  private static boolean isEnd(char c, char quote, boolean quoted) {
    return quoted ? c == quote : c == '>' || isBlank(c);
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isBlank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
