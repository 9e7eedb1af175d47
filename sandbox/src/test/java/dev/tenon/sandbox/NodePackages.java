package dev.tenon.sandbox;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs an official Node SDK against the sandbox.
///
/// Takes `src/test/node/NAME` (a `package.json`, its lock and scripts), installs it once into
/// `target/node/NAME` with `npm ci`, and runs scripts there. Where there is no node, or npm cannot
/// install, the test is skipped and says so.
public final class NodePackages {
  private static final Duration INSTALL_LIMIT = Duration.ofMinutes(3);
  private static final Duration RUN_LIMIT = Duration.ofMinutes(1);

  private final Path directory;

  private NodePackages(Path directory) {
    this.directory = directory;
  }

  /// Installs the packages of `src/test/node/NAME`, or skips the calling test.
  public static NodePackages install(String name) {
    Path source = Path.of("src/test/node", name);
    Path target = Path.of("target/node", name);
    try {
      Files.createDirectories(target);
      boolean fresh = !sameLock(source, target);
      try (var files = Files.list(source)) {
        for (Path file : files.toList()) {
          Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      NodePackages packages = new NodePackages(target);
      if (packages.execute(List.of("node", "--version"), Duration.ofSeconds(20)).code() != 0) {
        abort("Skipped: node is not installed, so the official Node SDK cannot be run.");
      }
      if (fresh) {
        Result npm =
            packages.execute(
                List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), INSTALL_LIMIT);
        if (npm.code() != 0) {
          // Otherwise the next run would take the half-made folder for a finished one.
          Files.deleteIfExists(target.resolve("package-lock.json"));
          abort("Skipped: npm cannot install " + name + ": " + npm.output());
        }
      }
      return packages;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean sameLock(Path source, Path target) throws IOException {
    Path lock = target.resolve("package-lock.json");
    return Files.exists(lock)
        && Files.exists(target.resolve("node_modules"))
        && Files.mismatch(source.resolve("package-lock.json"), lock) < 0;
  }

  /// Runs one script and gives what it printed; fails the test when the script fails.
  public String run(String script, String... arguments) {
    List<String> command = new ArrayList<>(List.of("node", script));
    command.addAll(List.of(arguments));
    Result result = execute(command, RUN_LIMIT);
    if (result.code() != 0) {
      throw new AssertionError(script + " failed:\n" + result.output());
    }
    return result.output();
  }

  /// Writes a file that a script can read, and gives its name.
  public String write(String name, String text) {
    try {
      Files.writeString(directory.resolve(name), text);
      return name;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Result execute(List<String> command, Duration limit) {
    try {
      Path output = directory.resolve("output.txt");
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return new Result(-1, "no end within " + limit);
      }
      return new Result(
          process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return new Result(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(-1, "interrupted");
    }
  }

  private record Result(int code, String output) {}
}
