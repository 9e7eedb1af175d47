package dev.tenon.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// The events that a scenario has to tell about a subscription, with what became of them.
final class ToldEvents {
  private final HubClient hub;
  private final Scenario scenario;

  ToldEvents(HubClient hub, Scenario scenario) {
    this.hub = hub;
    this.scenario = scenario;
  }

  /// An event and its deliveries.
  record Told(String id, Instant at, List<JsonNode> deliveries) {}

  /// Those about a subscription (the provider's id) or what it pays, told after `since`.
  List<Told> of(String subscription, Instant since) {
    if (scenario.event().isEmpty() || subscription.isEmpty()) {
      return List.of();
    }
    List<Told> told = new ArrayList<>();
    JsonNode page =
        hub.ofTenant("/events?limit=100&type=%s&since=%s".formatted(scenario.event().get(), since));
    for (JsonNode event : page.path("data")) {
      JsonNode data = event.path("payload").path("data");
      if (data.path("provider_id").asString("").equals(subscription)
          || data.path("subscription_provider_id").asString("").equals(subscription)) {
        String id = event.path("id").asString("");
        List<JsonNode> deliveries = new ArrayList<>();
        hub.ofTenant("/deliveries?limit=100&event=" + id).path("data").forEach(deliveries::add);
        told.add(new Told(id, Instant.parse(event.path("created_at").asString("")), deliveries));
      }
    }
    return told;
  }
}
