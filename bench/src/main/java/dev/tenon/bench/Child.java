package dev.tenon.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A Java program of ours in a process of its own, with the options that the launcher gives the
/// server.
final class Child implements AutoCloseable {
  private static final String USUAL_OPTIONS =
      "-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -Xmx1g --enable-native-access=ALL-UNNAMED"
          + " --sun-misc-unsafe-memory-access=allow";

  private final Process process;
  private final Path log;

  private Child(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /// Starts `main`; what it prints goes to `log`.
  static Child start(
      Class<?> main, Path log, Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(System.getProperty("tenon.server-options", USUAL_OPTIONS).trim().split(" +")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    return start(command, log, environment);
  }

  /// Starts any program; what it prints goes to `log`.
  static Child start(List<String> command, Path log, Map<String, String> environment) {
    try {
      var builder =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      return new Child(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  long pid() {
    return process.pid();
  }

  /// Throws, with where to look, when it has ended.
  void requireAlive() {
    if (!process.isAlive()) {
      throw new BenchFailure("a process ended with %d; see %s".formatted(process.exitValue(), log));
    }
  }

  /// `kill -9`.
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /// Asks it to stop and waits for that; kills it after 30 s.
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      kill();
      Thread.currentThread().interrupt();
    }
  }
}
