package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What a list of the API holds since the last look, and a little before: nodes commit side by
/// side, so a row may appear behind a newer one. Whoever looks has to know what it has seen.
final class Window {
  private static final Duration OVERLAP = Duration.ofSeconds(10);
  private static final int PAGES_MAX = 20;

  private final boolean onlyNew;
  private Instant newest;
  private boolean first = true;
  private boolean leftOut;

  /// @param onlyNew whether what is there at the first look is taken as seen
  Window(Instant from, boolean onlyNew) {
    this.newest = from;
    this.onlyNew = onlyNew;
  }

  /// Whether the last look met more rows than it reads, so that the oldest of them are missing.
  boolean leftOut() {
    return leftOut;
  }

  /// Whether the rows of the next look are those that are taken as seen.
  boolean isSilent() {
    return first && onlyNew;
  }

  /// Whether no look has been done.
  boolean isFirst() {
    return first;
  }

  /// The rows, the newest first. Call [#looked] when they are dealt with: until then the next look
  /// begins where this one did.
  ///
  /// @param path of the list, which knows `since`
  /// @param filter further parameters, each with its `&`
  List<JsonNode> look(HubClient hub, String path, String filter) {
    if (isSilent()) {
      // What time it is there: this machine's clock may be another.
      JsonNode _ = hub.ofTenant(path + "?limit=1");
      newest = hub.serverTime().orElse(newest);
    }
    Instant from = first && !onlyNew ? newest : newest.minus(OVERLAP);
    String list = path + "?limit=100&since=" + from + filter;
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

  void looked() {
    first = false;
  }
}
