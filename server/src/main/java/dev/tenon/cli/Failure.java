package dev.tenon.cli;

import dev.tenon.config.ConfigException;
import dev.tenon.db.embedded.DatabaseStartException;
import dev.tenon.http.HttpServer;
import dev.tenon.log.Scrubber;
import java.util.List;
import java.util.Map;
import org.flywaydb.core.api.FlywayException;
import tools.jackson.databind.json.JsonMapper;

/// How a command that failed says so.
///
/// @param exitCode one of the constants here, which scripts may rely on
/// @param messages what is wrong, one sentence each
record Failure(int exitCode, List<String> messages) {
  /// It was tried and did not succeed.
  static final int FAILED = 1;

  /// The command line or the settings are wrong.
  static final int USAGE = 2;

  /// No server answers.
  static final int UNREACHABLE = 3;

  /// The server does not accept the API key, or the key may not do this.
  static final int REFUSED = 4;

  /// There is no such thing, or it belongs to another tenant.
  static final int NOT_FOUND = 5;

  /// What was waited for did not happen in time.
  static final int TIMED_OUT = 6;

  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case CommandFailed e -> new Failure(e.exitCode(), List.of(e.text()));
      case ConfigException e -> new Failure(USAGE, e.problems());
      case DatabaseStartException e -> failed(e.getMessage());
      case HttpServer.NotListeningException e -> failed(e.getMessage());
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
