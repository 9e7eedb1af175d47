package dev.tenon.config;

import dev.tenon.connector.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Where a secret is found. The settings hold this and never the secret itself, so that a
/// configuration file can be shown, copied and kept in version control.
public sealed interface SecretReference {
  /// Largest secret that is read, in bytes.
  int BYTES_MAX = 64 * 1024;

  /// How long a command may take.
  int COMMAND_SECONDS_MAX = 10;

  /// None was named.
  record Absent() implements SecretReference {}

  /// The environment variable of that name.
  record FromEnvironment(String name) implements SecretReference {}

  /// The file at that path.
  record FromFile(Path path) implements SecretReference {}

  /// What this shell command prints.
  record FromCommand(String line) implements SecretReference {}

  /// Reads `env:…`, `file:…` or `command:…`. Anything else is refused without being repeated, since
  /// it may be the secret.
  static SecretReference parse(String text) {
    int colon = text.indexOf(':');
    String rest = text.substring(colon + 1).strip();
    if (text.isEmpty()) {
      return new Absent();
    }
    if (colon > 0 && !rest.isEmpty()) {
      switch (text.substring(0, colon)) {
        case "env" -> {
          return new FromEnvironment(rest);
        }
        case "file" -> {
          return new FromFile(Path.of(rest));
        }
        case "command" -> {
          return new FromCommand(rest);
        }
        default -> {
          // Falls through to the refusal.
        }
      }
    }
    throw new IllegalArgumentException(
        "is a secret and must not stand in the settings: say where it is by \"env:NAME\", \"file:PATH\" or \"command:LINE\"");
  }

  /// Whether a secret was named at all.
  default boolean isPresent() {
    return !(this instanceof Absent);
  }

  /// Fetches the secret; empty when none was named. `setting` is its name, for the message of the
  /// [ConfigException] that tells when it is named and not there.
  default Optional<Secret> find(String setting, Map<String, String> environment) {
    return switch (this) {
      case Absent() -> Optional.empty();
      case FromEnvironment(String name) ->
          Optional.of(
              secret(
                  setting, "the environment variable " + name, environment.getOrDefault(name, "")));
      case FromFile(Path path) -> Optional.of(read(setting, path));
      case FromCommand(String line) -> Optional.of(run(setting, line));
    };
  }

  private static Secret secret(String setting, String place, String text) {
    if (text.isBlank()) {
      throw refusal(setting, place + " is empty or not set");
    }
    return Secret.of(text.stripTrailing());
  }

  private static Secret read(String setting, Path path) {
    try (var in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(BYTES_MAX + 1);
      if (bytes.length > BYTES_MAX) {
        throw refusal(setting, "the file %s is larger than %d bytes".formatted(path, BYTES_MAX));
      }
      return secret(setting, "the file " + path, new String(bytes, StandardCharsets.UTF_8));
    } catch (IOException e) {
      String why = Files.exists(path) ? "can't be read by this user" : "is not there";
      throw refusal(setting, "the file %s %s".formatted(path.toAbsolutePath(), why));
    }
  }

  private static Secret run(String setting, String line) {
    try {
      Process process =
          new ProcessBuilder(List.of("/bin/sh", "-c", line))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      process.getOutputStream().close();
      // Ends the read below too, however the command keeps its output open.
      Thread watch =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      if (!process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
                        process.descendants().forEach(ProcessHandle::destroyForcibly);
                        process.destroyForcibly();
                      }
                    } catch (InterruptedException e) {
                      process.destroyForcibly();
                    }
                  });
      String text =
          new String(process.getInputStream().readNBytes(BYTES_MAX), StandardCharsets.UTF_8);
      watch.join();
      if (process.waitFor() != 0) {
        throw refusal(
            setting,
            "its command failed with exit code %d or took more than %d seconds: %s"
                .formatted(process.exitValue(), COMMAND_SECONDS_MAX, line));
      }
      return secret(setting, "what its command prints", text);
    } catch (IOException e) {
      throw refusal(setting, "its command can't be run: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw refusal(setting, "its command was interrupted");
    }
  }

  private static ConfigException refusal(String setting, String reason) {
    return new ConfigException(List.of(setting + ": " + reason));
  }
}
