package dev.tenon.cli;

import dev.tenon.event.EventType;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Prints the event types that this version knows. It needs no server.
@Command(name = "types", description = "List the event types, with what each says.")
final class EventsTypes implements Callable<Integer> {
  private final Console console;
  private final Json json;

  EventsTypes(Console console, Json json) {
    this.console = console;
    this.json = json;
  }

  @Override
  public Integer call() {
    for (EventType type : EventType.values()) {
      console.answer(
          json.wanted(),
          "%-28s  %s".formatted(type.text(), type.about()),
          Map.of(
              "type", type.text(),
              "object", type.object(),
              "version", type.version(),
              "description", type.about(),
              "schema", type.schema(),
              "example", type.example()));
    }
    return 0;
  }
}
