package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// Prints what happens, step by step, with the time since the beginning: a line for people, or one
/// JSON object a line.
final class Steps {
  private final Console console;
  private final boolean json;
  private final InstantSource clock;
  private final Instant start;

  Steps(Console console, boolean json, InstantSource clock) {
    this.console = console;
    this.json = json;
    this.clock = clock;
    this.start = clock.instant();
  }

  Instant start() {
    return start;
  }

  /// Prints a step that is seen now.
  void now(String name, String text, Map<String, ?> fields) {
    at(clock.instant(), name, text, fields);
  }

  /// Prints a step.
  ///
  /// @param at when it happened, by the clock of whom it happened to
  /// @param name for people, and with underscores for programs
  /// @param text the rest of the line for people
  /// @param fields the rest of the object for programs
  synchronized void at(Instant at, String name, String text, Map<String, ?> fields) {
    // Another machine's clock may be behind ours; a negative time would only confuse.
    long millis = Math.max(0, Duration.between(start, at).toMillis());
    if (json) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("step", name.replace(' ', '_').replace('-', '_'));
      object.put("at", at.toString());
      object.put("elapsed_ms", millis);
      object.putAll(fields);
      console.out().println(JsonMapper.shared().writeValueAsString(object));
    } else {
      console
          .out()
          .println(
              String.format(Locale.ROOT, "%7.2f s  %-24s  %s", millis / 1000.0, name, text)
                  .stripTrailing());
    }
    console.out().flush();
  }

  /// Prints a line for people only.
  void say(String line) {
    if (!json) {
      console.out().println(line);
      console.out().flush();
    }
  }

  Duration elapsed() {
    return Duration.between(start, clock.instant());
  }
}
