package dev.tenon;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A program of `examples/` at work, and what it prints.
final class ExampleProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;

  private final Process process;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Thread reader;

  private ExampleProcess(Process process) {
    this.process = process;
    this.reader =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (BufferedReader said = process.inputReader()) {
                    said.lines().forEach(lines::add);
                  } catch (IOException | RuntimeException _) {
                    // It was ended.
                  }
                });
  }

  /// Starts it, or skips the calling test where its runtime is missing.
  static ExampleProcess start(Path folder, Map<String, String> environment, List<String> command) {
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      return new ExampleProcess(builder.start());
    } catch (IOException e) {
      return abort("Skipped: %s is not installed.".formatted(command.getFirst()));
    }
  }

  /// The next line that it prints.
  String line() throws InterruptedException {
    String line = lines.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (line == null) {
      throw new AssertionError("the example said nothing for %d s".formatted(PATIENCE_SECONDS));
    }
    return line;
  }

  /// Everything until it ends, and how it ended.
  String end() throws InterruptedException {
    // What it said last is read a moment after its end.
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
        || !reader.join(Duration.ofSeconds(PATIENCE_SECONDS))) {
      throw new AssertionError("the example did not end");
    }
    return String.join("\n", lines) + "\nexit " + process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
