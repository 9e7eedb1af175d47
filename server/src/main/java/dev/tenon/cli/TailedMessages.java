package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import tools.jackson.databind.JsonNode;

/// The messages that `tail` has seen, and the state in which it saw them. A key that may not read
/// messages sees none.
final class TailedMessages {
  private static final Duration OVERLAP = Duration.ofSeconds(10);
  private static final int PAGES_MAX = 10;
  private static final int KNOWN_MAX = 20_000;
  private static final int OPEN_MAX = 2_000;
  private static final int OPEN_ASKED_MAX = 20;
  private static final Set<String> OPEN_STATES = Set.of("queued", "sending", "sent", "uncertain");

  private final Map<String, String> known = new LinkedHashMap<>();
  private final Set<String> open = new LinkedHashSet<>();
  private final boolean onlyNew;
  private Instant newest;
  private boolean first = true;
  private boolean refused;

  TailedMessages(Instant from, boolean onlyNew) {
    this.newest = from;
    this.onlyNew = onlyNew;
  }

  /// Whether the key may not read messages.
  boolean refused() {
    return refused;
  }

  void look(HubClient hub, BiConsumer<String, Map<String, JsonNode>> show) {
    if (refused) {
      return;
    }
    List<JsonNode> rows;
    try {
      rows = since(hub);
    } catch (CommandFailed e) {
      if (e.exitCode() != Failure.REFUSED) {
        throw e;
      }
      refused = true;
      return;
    }
    boolean silent = first && onlyNew;
    Set<String> present = new LinkedHashSet<>();
    for (JsonNode message : rows.reversed()) {
      present.add(message.path("id").asString(""));
      take(message, silent, show);
    }
    if (!first) {
      for (String id : open.stream().limit(OPEN_ASKED_MAX).toList()) {
        open.remove(id);
        if (present.contains(id)) {
          open.add(id);
        } else {
          take(hub.ofTenant("/messages/" + id), false, show);
        }
      }
    }
    first = false;
    while (known.size() > KNOWN_MAX) {
      known.remove(known.keySet().iterator().next());
    }
  }

  private List<JsonNode> since(HubClient hub) {
    Instant from = first && !onlyNew ? newest : newest.minus(OVERLAP);
    List<JsonNode> rows = new ArrayList<>();
    String cursor = "";
    Instant lookedAt = newest;
    for (int i = 0; i < PAGES_MAX; i++) {
      JsonNode page =
          hub.ofTenant(
              "/messages?limit=100"
                  + (cursor.isEmpty() ? "" : "&cursor=" + HubClient.query(cursor)));
      if (i == 0) {
        lookedAt = hub.serverTime().orElse(newest);
      }
      for (JsonNode message : page.path("data")) {
        if (Instant.parse(message.path("created_at").asString()).isBefore(from)) {
          newest = lookedAt;
          return rows;
        }
        rows.add(message);
      }
      cursor = page.path("next_cursor").asString("");
      if (cursor.isEmpty()) {
        break;
      }
    }
    newest = lookedAt;
    return rows;
  }

  private void take(
      JsonNode message, boolean silent, BiConsumer<String, Map<String, JsonNode>> show) {
    String id = message.path("id").asString("");
    String state = message.path("state").asString("");
    String reason = message.path("reason").asString("");
    boolean changed = !(state + reason).equals(known.put(id, state + reason));
    if (changed && !silent) {
      show.accept(line(message, state, reason), Map.of("message", message));
    }
    open.remove(id);
    if (OPEN_STATES.contains(state) && open.size() < OPEN_MAX) {
      open.add(id);
    }
  }

  private static String line(JsonNode message, String state, String reason) {
    String sentAt = message.path("sent_at").asString("");
    String provider = message.path("provider").asString("");
    return "%s  %-10s  %-34s  %s  to %s%s%s"
        .formatted(
            TailedEvents.clockTime(
                sentAt.isEmpty() ? message.path("created_at").asString("") : sentAt),
            state,
            "mail " + message.path("template").asString(""),
            message.path("id").asString(""),
            message.path("to").asString(""),
            provider.isEmpty() ? "" : "  by " + provider,
            reason.isEmpty() ? "" : "  " + reason);
  }
}
