package dev.tenon.cli;

import java.io.PrintWriter;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Where a command reads its surroundings and writes its answer.
///
/// @param out the answer, and nothing else
/// @param err failures
/// @param environment the variables of the process
public record Console(PrintWriter out, PrintWriter err, Map<String, String> environment) {
  public Console {
    environment = Map.copyOf(environment);
  }

  /// The streams and variables of this process.
  public static Console ofProcess() {
    return new Console(
        new PrintWriter(System.out, true, java.nio.charset.StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, java.nio.charset.StandardCharsets.UTF_8),
        System.getenv());
  }

  /// Prints the answer in the form that was asked for.
  public void answer(boolean json, String text, Object document) {
    out.println(json ? JsonMapper.shared().writeValueAsString(document) : text);
    out.flush();
  }
}
