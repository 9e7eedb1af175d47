package dev.tenon.cli;

import dev.tenon.config.ConfigException;
import dev.tenon.db.embedded.DatabaseStartException;
import dev.tenon.log.Scrubber;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.api.FlywayException;
import tools.jackson.databind.json.JsonMapper;

/// How a command that failed says so.
///
/// @param exitCode 2 when the command line or the settings are wrong, 1 otherwise
/// @param messages what is wrong, one sentence each
record Failure(int exitCode, List<String> messages) {
  static final int USAGE = 2;
  static final int FAILED = 1;

  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case ConfigException e -> new Failure(USAGE, e.problems());
      case DatabaseStartException e -> failed(e.getMessage());
      case FlywayException e ->
          failed(
              "the migrations stopped: %s. The database keeps what was applied before; mend the cause and run `tenon migrate` again."
                  .formatted(e.getMessage()));
      default ->
          failed(
              "%s: %s. This is a fault of Tenon; run it again with --set log.level=debug for details."
                  .formatted(thrown.getClass().getSimpleName(), thrown.getMessage()));
    };
  }

  private static Failure failed(@org.jspecify.annotations.Nullable String message) {
    return new Failure(
        FAILED, List.of(String.valueOf(message).strip().replaceAll("\\s*\\R\\s*", " ")));
  }

  int print(Console console, boolean json) {
    List<String> clean = messages.stream().map(Scrubber::scrub).toList();
    if (json) {
      console.err().println(JsonMapper.shared().writeValueAsString(Map.of("errors", clean)));
    } else {
      clean.forEach(message -> console.err().println("tenon: " + message));
    }
    console.err().flush();
    return exitCode;
  }
}
