package dev.tenon.cli;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;

/// The received events that `tail` has seen, and the state in which it saw their facts.
///
/// Events whose facts wait are asked for one by one when they are older than the window of the
/// look, a few in each.
final class TailedEvents {
  private static final int KNOWN_MAX = 20_000;
  private static final int OPEN_MAX = 2_000;
  private static final int OPEN_ASKED_MAX = 20;

  private final TailFilter filter;

  /// The fingerprint of each event's facts, the oldest first.
  private final Map<String, Map<String, String>> known = new LinkedHashMap<>();

  /// Events whose facts wait; those asked least recently first.
  private final Deque<String> open = new ArrayDeque<>();

  private final Window window;

  /// @param onlyNew whether what is there at the first look is taken as seen
  TailedEvents(TailFilter filter, Instant from, boolean onlyNew) {
    this.filter = filter;
    this.window = new Window(from, onlyNew);
  }

  /// Whether the last look met more events than it reads, so that the oldest of them are missing.
  boolean leftOut() {
    return window.leftOut();
  }

  void look(HubClient hub, BiConsumer<String, Map<String, JsonNode>> show) {
    List<JsonNode> rows = window.look(hub, "/received-events", filter.query());
    boolean silent = window.isSilent();
    for (JsonNode event : rows.reversed()) {
      take(event, silent, show);
    }
    if (!window.isFirst()) {
      askOpen(hub, rows, show);
    }
    window.looked();
    while (known.size() > KNOWN_MAX) {
      known.remove(known.keySet().iterator().next());
    }
  }

  private void askOpen(
      HubClient hub, List<JsonNode> rows, BiConsumer<String, Map<String, JsonNode>> show) {
    List<String> present = rows.stream().map(row -> row.path("id").asString("")).toList();
    int asked = Math.min(OPEN_ASKED_MAX, open.size());
    for (int i = 0; i < asked; i++) {
      String id = open.removeFirst();
      if (present.contains(id)) {
        open.addLast(id);
        continue;
      }
      try {
        take(hub.ofTenant("/received-events/" + id), false, show);
      } catch (CommandFailed e) {
        if (e.exitCode() != Failure.NOT_FOUND) {
          open.addFirst(id);
          throw e;
        }
        // Deleted by age in between.
      }
    }
  }

  private void take(
      JsonNode event, boolean silent, BiConsumer<String, Map<String, JsonNode>> show) {
    String id = event.path("id").asString("");
    Map<String, String> facts = known.computeIfAbsent(id, _ -> new LinkedHashMap<>());
    boolean waiting = false;
    for (JsonNode fact : event.path("facts")) {
      String state = TailFilter.stateOf(fact);
      waiting |= fact.path("state").asString("").equals("waiting");
      String print = state + fact.path("failures").asInt(0) + fact.path("finished_at").asString("");
      boolean changed = !print.equals(facts.put(fact.path("id").asString(""), print));
      if (changed && !silent && filter.shows(fact)) {
        show.accept(line(event, fact, state), Map.of("fact", with(event, fact)));
      }
    }
    open.remove(id);
    if (waiting && open.size() < OPEN_MAX) {
      open.addLast(id);
    }
  }

  /// A fact with what only its event knows.
  private static JsonNode with(JsonNode event, JsonNode fact) {
    var object = ((tools.jackson.databind.node.ObjectNode) fact).deepCopy();
    object.set("connection", event.path("connection"));
    object.set("provider", event.path("provider"));
    object.set("received_at", event.path("received_at"));
    return object;
  }

  private static String line(JsonNode event, JsonNode fact, String state) {
    String finishedAt = fact.path("finished_at").asString("");
    String at = finishedAt.isEmpty() ? event.path("received_at").asString("") : finishedAt;
    String result = fact.path("result").asString("");
    return "%s  %-10s  %-34s  %s  %s%s"
        .formatted(
            clockTime(at),
            state,
            fact.path("kind").asString(""),
            fact.path("received_event").asString(""),
            fact.path("object").asString(""),
            result.isEmpty() ? "" : "  " + result);
  }

  /// The time of day, UTC, of an RFC 3339 time.
  static String clockTime(String at) {
    return at.length() < 19 ? at : (at.substring(11).replace("Z", "") + ".000000").substring(0, 12);
  }
}
