package dev.tenon.suppression;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/// What a form asks for. A mail program sends `List-Unsubscribe=One-Click`, as RFC 8058 has it,
/// urlencoded or as `multipart/form-data`; the page sends `choice`.
enum UnsubscribeForm {
  STREAM,
  ALL,
  UNDO,
  /// Something else.
  NONE;

  private static final Pattern ONE_CLICK_PART =
      Pattern.compile(
          "content-disposition:[^\\r\\n]*\\bname=\"?list-unsubscribe\"?[^\\r\\n]*\\r?\\n"
              + "(?:[^\\r\\n]+\\r?\\n)*\\r?\\none-click(?:\\r?\\n|$)",
          Pattern.CASE_INSENSITIVE);

  static UnsubscribeForm read(String mediaType, byte[] body) {
    String text = new String(body, StandardCharsets.UTF_8);
    if (mediaType.toLowerCase(Locale.ROOT).startsWith("multipart/form-data")) {
      return ONE_CLICK_PART.matcher(text).find() ? STREAM : NONE;
    }
    for (String pair : text.strip().split("&", 20)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        UnsubscribeForm found =
            of(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
        if (found != NONE) {
          return found;
        }
      }
    }
    return NONE;
  }

  private static UnsubscribeForm of(String name, String value) {
    if (name.equalsIgnoreCase("List-Unsubscribe") && value.equalsIgnoreCase("One-Click")) {
      return STREAM;
    }
    return !name.equals("choice")
        ? NONE
        : switch (value) {
          case "stream" -> STREAM;
          case "all" -> ALL;
          case "undo" -> UNDO;
          default -> NONE;
        };
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8).strip();
    } catch (IllegalArgumentException e) {
      return "";
    }
  }
}
