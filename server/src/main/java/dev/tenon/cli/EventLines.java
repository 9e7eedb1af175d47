package dev.tenon.cli;

import tools.jackson.databind.JsonNode;

/// An event of the API as one line for people.
final class EventLines {
  private EventLines() {}

  static String of(JsonNode event) {
    return "%s  %-28s  %s  %s"
        .formatted(
            TailedEvents.clockTime(event.path("created_at").asString("")),
            event.path("type").asString(""),
            event.path("id").asString(""),
            event.path("about").asString(""));
  }
}
