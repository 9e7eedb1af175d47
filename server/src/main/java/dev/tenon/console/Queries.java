package dev.tenon.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// Writes the query of a link.
final class Queries {
  private Queries() {}

  /// Names and values in turn; empty values are left out.
  static String of(String... namesAndValues) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
      if (!namesAndValues[i + 1].isEmpty()) {
        query
            .append(query.isEmpty() ? '?' : '&')
            .append(URLEncoder.encode(namesAndValues[i], StandardCharsets.UTF_8))
            .append('=')
            .append(URLEncoder.encode(namesAndValues[i + 1], StandardCharsets.UTF_8));
      }
    }
    return query.toString();
  }
}
