package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Finds in PostgreSQL's log why it did not start.
final class ServerLog {
  private static final int BYTES_MAX = 64 * 1024;

  private ServerLog() {}

  /// What the log says from `start` on: its fatal lines and warnings, or its last one.
  static String reason(Path file, long start) {
    try (var in = Files.newInputStream(file)) {
      in.skipNBytes(start);
      List<String> lines =
          new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8)
              .lines()
              .map(String::strip)
              .filter(line -> !line.isEmpty())
              .toList();
      List<String> telling =
          lines.stream()
              .filter(
                  line ->
                      line.contains("FATAL:")
                          || line.contains("PANIC:")
                          || line.contains("LOG:  could not bind")
                          || line.contains("DETAIL:")
                          || line.contains("HINT:"))
              .limit(5)
              .toList();
      if (!telling.isEmpty()) {
        return String.join(" / ", telling);
      }
      return lines.isEmpty() ? "it said nothing" : lines.getLast();
    } catch (IOException e) {
      return "its log can't be read (" + e.getMessage() + ")";
    }
  }
}
