package dev.tenon.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What a [Walk] asks the server, from a little before it began.
final class WalkReads {
  private static final Duration LOOKED_BACK = Duration.ofMinutes(1);
  private static final int PAGES_MAX = 20;

  private final HubClient hub;
  private final Instant since;

  WalkReads(HubClient hub, Instant start) {
    this.hub = hub;
    this.since = start.minus(LOOKED_BACK);
  }

  Instant since() {
    return since;
  }

  /// What came through a connection.
  List<JsonNode> received(String connection) {
    return paged(
        "/received-events?limit=100&connection=%s&since=%s".formatted(connection, since), false);
  }

  List<JsonNode> subscriptions() {
    return paged("/subscriptions?limit=100", false);
  }

  List<JsonNode> payments(Walk.Subject subject) {
    return paged("/payments?limit=100", false).stream()
        .filter(
            row -> row.path("subscription_provider_id").asString("").equals(subject.subscription()))
        .toList();
  }

  List<JsonNode> messages(Walk.Subject subject) {
    return paged("/messages?limit=100", true).stream()
        .filter(row -> row.path("to").asString("").equalsIgnoreCase(subject.email()))
        .toList();
  }

  /// The providers with a connection whose webhooks can be verified: they say what became of a
  /// mail. None when the key may not read connections.
  Set<String> reportingProviders() {
    Set<String> reporting = new HashSet<>();
    try {
      for (JsonNode connection : paged("/connections?limit=100", false)) {
        boolean verifies =
            connection
                .path("credentials")
                .valueStream()
                .anyMatch(one -> one.path("field").asString("").startsWith("webhook_"));
        if (verifies || connection.path("settings").has("topic_arn")) {
          reporting.add(connection.path("provider").asString(""));
        }
      }
    } catch (CommandFailed e) {
      if (e.exitCode() != Failure.REFUSED) {
        throw e;
      }
    }
    return reporting;
  }

  /// The pages of a list, the newest first.
  ///
  /// @param recent whether those from before the walk may be left out
  private List<JsonNode> paged(String list, boolean recent) {
    List<JsonNode> rows = new ArrayList<>();
    String cursor = "";
    for (int i = 0; i < PAGES_MAX; i++) {
      JsonNode page =
          hub.ofTenant(cursor.isEmpty() ? list : list + "&cursor=" + HubClient.query(cursor));
      page.path("data").forEach(rows::add);
      cursor = page.path("next_cursor").asString("");
      if (cursor.isEmpty() || (recent && !rows.isEmpty() && isBefore(rows.getLast()))) {
        break;
      }
    }
    return rows;
  }

  private boolean isBefore(JsonNode row) {
    Optional<Instant> created = WalkNotes.instant(row.path("created_at").asString(""));
    return created.isPresent() && created.get().isBefore(since);
  }
}
