package dev.tenon.db.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A short program that was run to its end.
///
/// @param output what it printed on both streams, at most 64 KiB
record CommandRun(int exitCode, String output) {
  private static final int OUTPUT_BYTES_MAX = 64 * 1024;

  /// Runs `command` in an environment of our own making, so that no `PG…` variable of the
  /// operator's shell steers it. Its output goes through a file, since a pipe that a grandchild
  /// keeps open would never end.
  static CommandRun of(List<String> command, Path folder, int secondsMax) throws IOException {
    Path output = Files.createTempFile(folder, "run", ".out");
    Process process = builder(command).redirectOutput(output.toFile()).start();
    try {
      if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        return new CommandRun(-1, "no end after %d seconds".formatted(secondsMax));
      }
      try (var in = Files.newInputStream(output)) {
        return new CommandRun(
            process.exitValue(),
            new String(in.readNBytes(OUTPUT_BYTES_MAX), StandardCharsets.UTF_8));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new DatabaseStartException("interrupted while waiting for " + command.getFirst(), e);
    } finally {
      Files.deleteIfExists(output);
    }
  }

  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin:/usr/sbin:/sbin");
    builder.environment().clear();
    builder.environment().put("PATH", path);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("TZ", "UTC");
    builder.directory(Path.of("/").toFile());
    return builder;
  }

  boolean succeeded() {
    return exitCode == 0;
  }

  /// The last three lines, which hold the reason when it failed.
  String lastLines() {
    List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
    return String.join(" / ", lines.subList(Math.max(0, lines.size() - 3), lines.size()));
  }
}
