package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;

/// The received events that `tail` has seen, and the state in which it saw their facts.
///
/// Each look reads back to a little before the last one, since nodes commit side by side and an
/// event may appear behind a newer one. Events whose facts wait are asked for one by one when they
/// are older than that, a few in each look.
final class TailedEvents {
  private static final Duration OVERLAP = Duration.ofSeconds(10);
  private static final int PAGES_MAX = 20;
  private static final int KNOWN_MAX = 20_000;
  private static final int OPEN_MAX = 2_000;
  private static final int OPEN_ASKED_MAX = 20;

  private final TailFilter filter;

  /// The fingerprint of each event's facts, the oldest first.
  private final Map<String, Map<String, String>> known = new LinkedHashMap<>();

  /// Events whose facts wait; those asked least recently first.
  private final Deque<String> open = new ArrayDeque<>();

  private Instant newest;
  private boolean first = true;
  private boolean leftOut;
  private final boolean onlyNew;

  /// @param onlyNew whether what is there at the first look is taken as seen
  TailedEvents(TailFilter filter, Instant from, boolean onlyNew) {
    this.filter = filter;
    this.newest = from;
    this.onlyNew = onlyNew;
  }

  /// Whether it has not looked yet.
  boolean isNew() {
    return first;
  }

  /// Whether the last look met more events than it reads, so that the oldest of them are missing.
  boolean leftOut() {
    return leftOut;
  }

  void look(HubClient hub, BiConsumer<String, Map<String, JsonNode>> show) {
    if (first && onlyNew) {
      // What time it is there: this machine's clock may be another.
      JsonNode _ = hub.ofTenant("/received-events?limit=1");
      newest = hub.serverTime().orElse(newest);
    }
    List<JsonNode> rows = since(hub);
    boolean silent = first && onlyNew;
    for (JsonNode event : rows.reversed()) {
      take(event, silent, show);
    }
    if (!first) {
      askOpen(hub, rows, show);
    }
    first = false;
    while (known.size() > KNOWN_MAX) {
      known.remove(known.keySet().iterator().next());
    }
  }

  private List<JsonNode> since(HubClient hub) {
    Instant from = first && !onlyNew ? newest : newest.minus(OVERLAP);
    String list = "/received-events?limit=100&since=" + from + filter.query();
    List<JsonNode> rows = new ArrayList<>();
    String cursor = "";
    Instant lookedAt = newest;
    for (int i = 0; i < PAGES_MAX; i++) {
      JsonNode page =
          hub.ofTenant(cursor.isEmpty() ? list : list + "&cursor=" + HubClient.query(cursor));
      page.path("data").forEach(rows::add);
      if (i == 0) {
        lookedAt = hub.serverTime().orElse(newest);
      }
      cursor = page.path("next_cursor").asString("");
      if (cursor.isEmpty()) {
        break;
      }
    }
    leftOut = !cursor.isEmpty();
    // Not before: when a page fails, the next look begins where this one did.
    newest = lookedAt;
    return rows;
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
