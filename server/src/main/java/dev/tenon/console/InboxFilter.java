package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What an inbox page shows. It lives in the URL, so a view can be sent to somebody.
///
/// @param state a fact's state, or empty for all
/// @param text the beginning of a kind, or an object's id at the provider; empty for all
/// @param window how far back
/// @param before only what came before this received event
public record InboxFilter(String state, String text, Window window, UUID before) {
  /// The states that can be asked for.
  public static final List<String> STATES =
      List.of("waiting", "applied", "ignored", "unassigned", "dead");

  private static final UUID END = new UUID(-1L, -1L);
  private static final int TEXT_MAX = 200;

  /// How far back a list looks. Searching is bounded by it.
  public enum Window {
    HOUR("1h", "last hour", Duration.ofHours(1)),
    DAY("24h", "last 24 hours", Duration.ofHours(24)),
    WEEK("7d", "last 7 days", Duration.ofDays(7)),
    MONTH("30d", "last 30 days", Duration.ofDays(30));

    private final String key;
    private final String label;
    private final Duration length;

    Window(String key, String label, Duration length) {
      this.key = key;
      this.label = label;
      this.length = length;
    }

    /// As it stands in the URL.
    public String key() {
      return key;
    }

    /// As it reads.
    public String label() {
      return label;
    }

    Duration length() {
      return length;
    }
  }

  /// Reads a query. What makes no sense counts as not given, since a person may have typed it.
  static InboxFilter read(Map<String, String> query) {
    String state = query.getOrDefault("state", "");
    String text = query.getOrDefault("q", "").strip();
    Window window = Window.WEEK;
    for (Window each : Window.values()) {
      if (each.key().equals(query.get("since"))) {
        window = each;
      }
    }
    return new InboxFilter(
        STATES.contains(state) ? state : "",
        text.substring(0, Math.min(text.length(), TEXT_MAX)),
        window,
        Ids.read(Prefix.RECEIVED_EVENT, query.getOrDefault("before", "")).orElse(END));
  }

  /// Whether most received events may not be wanted, so that a page has to look for its rows.
  boolean selective() {
    return !state.isEmpty() || !text.isEmpty();
  }

  /// Whether this is not the first page.
  public boolean continued() {
    return !before.equals(END);
  }

  /// The query of the next page.
  public String from(UUID last) {
    return query(Ids.write(Prefix.RECEIVED_EVENT, last));
  }

  private String query(String start) {
    StringBuilder query = new StringBuilder("?since=" + window.key());
    if (!state.isEmpty()) {
      query.append("&state=").append(state);
    }
    if (!text.isEmpty()) {
      query.append("&q=").append(URLEncoder.encode(text, StandardCharsets.UTF_8));
    }
    if (!start.isEmpty()) {
      query.append("&before=").append(start);
    }
    return query.toString();
  }
}
