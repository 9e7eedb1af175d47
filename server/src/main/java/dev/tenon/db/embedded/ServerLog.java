package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Finds in PostgreSQL's log why it did not start.
final class ServerLog {
  private static final int BYTES_MAX = 64 * 1024;

  /// What PostgreSQL says of files that no further try can mend (`xlogrecovery.c`, `controldata.c`,
  /// `miscinit.c`, `postmaster.c`). A full disk or missing memory is not among them.
  private static final List<String> DAMAGE =
      List.of(
          "pg_control",
          "valid checkpoint record",
          "required checkpoint record",
          "invalid checkpoint record",
          "invalid primary checkpoint record",
          "incorrect checksum in control file",
          "not a valid data directory",
          "lacks the file \"PG_VERSION\"",
          "database files are incompatible",
          "could not find the database system");

  private ServerLog() {}

  /// Whether a reason that was found here says that the data itself is damaged.
  static boolean tellsOfDamage(String reason) {
    return DAMAGE.stream().anyMatch(reason::contains);
  }

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
