package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
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
      // A process that has ended and waits for its parent has an empty command line. What it runs
      // comes first: a Tenon that is started with this folder must not pass for its database.
      String program = words.substring(0, Math.max(0, words.indexOf('\0')));
      return program.endsWith("postgres") && words.contains(data.toString());
    } catch (IOException e) {
      return !Files.isDirectory(Path.of("/proc/self"));
    }
  }

  /// Keeps a number that has gone to somebody else from blocking the start.
  ///
  /// After a crash of the machine, or in a container that starts anew and counts from 1 again, the
  /// number in the file may belong to another process of the same user, or to a thread of our own.
  /// PostgreSQL can't tell and would refuse for ever. Where the command line shows that it is no
  /// postmaster of ours, our own number takes its place: PostgreSQL knows its parent can't be its
  /// rival, and goes on to the check that counts, whether server processes still hold the shared
  /// memory named in the rest of the file.
  static void disown(Path data) throws IOException {
    Optional<Postmaster> left = read(data);
    if (left.isEmpty()
        || left.get().isAlive()
        || !Files.isReadable(Path.of("/proc", Long.toString(left.get().pid()), "cmdline"))) {
      return;
    }
    List<String> lines = new ArrayList<>(Files.readAllLines(file(data), StandardCharsets.UTF_8));
    lines.set(0, Long.toString(ProcessHandle.current().pid()));
    // In place, so that owner and permissions stay.
    Files.writeString(
        file(data),
        String.join("\n", lines) + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.WRITE,
        StandardOpenOption.TRUNCATE_EXISTING);
  }
}
