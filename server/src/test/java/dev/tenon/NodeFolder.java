package dev.tenon;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A folder with a `package.json` and its lock, copied to `target/node` and installed there once
/// with `npm ci`. Where there is no Node, or npm can't install, the test is skipped and says so.
public final class NodeFolder {
  private static final Duration INSTALL_MAX = Duration.ofMinutes(3);
  private static final Duration RUN_MAX = Duration.ofMinutes(1);
  private static final String LOCK = "package-lock.json";

  private final Path folder;

  private NodeFolder(Path folder) {
    this.folder = folder;
  }

  /// Copies and installs a folder.
  ///
  /// @param source what to copy
  /// @param name its name under `target/node`
  public static NodeFolder install(Path source, String name) {
    Path target = Path.of("target/node", name).toAbsolutePath();
    var installed = new NodeFolder(target);
    try {
      Files.createDirectories(target);
      boolean fresh =
          !Files.exists(target.resolve("node_modules"))
              || !Files.exists(target.resolve(LOCK))
              || Files.mismatch(source.resolve(LOCK), target.resolve(LOCK)) >= 0;
      try (var files = Files.list(source)) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      if (installed.execute(List.of("node", "--version"), RUN_MAX).code() != 0) {
        abort("Skipped: node is not installed.");
      }
      if (fresh) {
        Ran npm =
            installed.execute(
                List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), INSTALL_MAX);
        if (npm.code() != 0) {
          // Otherwise the next run would take the half-made folder for a finished one.
          Files.deleteIfExists(target.resolve(LOCK));
          abort("Skipped: npm can't install %s: %s".formatted(name, npm.output()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return installed;
  }

  public Path path() {
    return folder;
  }

  /// How a command ended, and all that it said.
  public record Ran(int code, String output) {}

  /// Runs a command in the folder.
  public Ran run(String... command) {
    return execute(List.of(command), RUN_MAX);
  }

  private Ran execute(List<String> command, Duration max) {
    try {
      Path output = folder.resolve("output.txt");
      Process process =
          new ProcessBuilder(command)
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      if (!process.waitFor(max.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        return new Ran(-1, "no end within " + max);
      }
      return new Ran(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      return new Ran(-1, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Ran(-1, "interrupted");
    }
  }
}
