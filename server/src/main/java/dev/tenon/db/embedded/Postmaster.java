package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What `postmaster.pid` says: the file that a running PostgreSQL keeps in its data folder.
///
/// Its lines are pid, data folder, start time, port, socket folder, listen address, shared memory
/// and status (PostgreSQL's `src/include/utils/pidfile.h`).
///
/// @param pid of the postmaster that wrote the file; it may be long dead
/// @param port the port it listens on
/// @param status `ready`, `starting`, `stopping` or `standby`; empty while it isn't known
record Postmaster(long pid, Path data, int port, String status) {
  static Path file(Path data) {
    return data.resolve("postmaster.pid");
  }

  /// Reads the file; empty when it isn't there or isn't whole yet.
  static Optional<Postmaster> read(Path data) {
    try {
      List<String> lines = Files.readAllLines(file(data), StandardCharsets.UTF_8);
      if (lines.size() < 4) {
        return Optional.empty();
      }
      return Optional.of(
          new Postmaster(
              Long.parseLong(lines.get(0).strip()),
              Path.of(lines.get(1).strip()),
              Integer.parseInt(lines.get(3).strip()),
              lines.size() < 8 ? "" : lines.get(7).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /// Whether the process is there and may be our postmaster. Where the command line can be read
  /// (Linux), it must be a `postgres` on this data folder, since a number may have gone to somebody
  /// else by now.
  boolean isAlive() {
    Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (process.isEmpty()) {
      return false;
    }
    Path commandLine = Path.of("/proc", Long.toString(pid), "cmdline");
    try {
      String words = Files.readString(commandLine, StandardCharsets.UTF_8);
      // A process that has ended and waits for its parent has an empty command line.
      return words.contains("postgres") && words.contains(data.toString());
    } catch (IOException e) {
      return !Files.isDirectory(Path.of("/proc/self"));
    }
  }
}
