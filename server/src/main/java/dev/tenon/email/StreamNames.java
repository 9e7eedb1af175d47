package dev.tenon.email;

import java.util.HashMap;
import java.util.Map;

/// Reads a setting that maps Tenon's streams to what a provider has instead of them, such as
/// `broadcast=marketing, alerts=transactional`.
final class StreamNames {
  private StreamNames() {}

  /// `usual` with what `setting` adds and replaces. Throws [IllegalArgumentException] when an entry
  /// isn't STREAM=NAME.
  static Map<String, String> over(Map<String, String> usual, String setting) {
    Map<String, String> names = new HashMap<>(usual);
    for (String entry : setting.split(",", -1)) {
      String text = entry.strip();
      int equals = text.indexOf('=');
      if (equals > 0 && equals < text.length() - 1) {
        names.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
      } else if (!text.isEmpty()) {
        throw new IllegalArgumentException(
            "streams are mapped as STREAM=NAME, STREAM=NAME, not as " + text);
      }
    }
    return Map.copyOf(names);
  }
}
