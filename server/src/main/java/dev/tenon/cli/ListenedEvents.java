package dev.tenon.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/// The events that `listen` has seen. Each is given out once, in the order in which they were told.
final class ListenedEvents {
  private static final int KNOWN_MAX = 20_000;

  private final Window window;
  private final Predicate<String> types;
  private final Set<String> known = new LinkedHashSet<>();

  /// @param types which are wanted
  /// @param onlyNew whether what is there at the first look is taken as seen
  ListenedEvents(Predicate<String> types, Instant from, boolean onlyNew) {
    this.types = types;
    this.window = new Window(from, onlyNew);
  }

  /// Those that are new, the oldest first.
  List<JsonNode> look(HubClient hub) {
    List<JsonNode> fresh = new ArrayList<>();
    boolean silent = window.isSilent();
    for (JsonNode event : window.look(hub, "/events", "").reversed()) {
      boolean isNew = known.add(event.path("id").asString(""));
      if (isNew && !silent && types.test(event.path("type").asString(""))) {
        fresh.add(event);
      }
    }
    window.looked();
    while (known.size() > KNOWN_MAX) {
      known.remove(known.iterator().next());
    }
    return fresh;
  }

  /// Whether the last look met more events than it reads.
  boolean leftOut() {
    return window.leftOut();
  }
}
