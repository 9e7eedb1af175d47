package dev.tenon.cli;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// The part of a [Walk] that is about what the application is told.
final class WalkEvents {
  private final ToldEvents told;
  private final WalkReads reads;
  private final WalkNotes notes;
  private final Scenario scenario;
  private final Set<String> before = new HashSet<>();

  WalkEvents(HubClient hub, WalkReads reads, WalkNotes notes, Scenario scenario) {
    this.told = new ToldEvents(hub, scenario);
    this.reads = reads;
    this.notes = notes;
    this.scenario = scenario;
  }

  void before(Walk.Subject subject) {
    told.of(subject.subscription(), reads.since()).forEach(event -> before.add(event.id()));
  }

  void look(Walk.Subject subject) {
    if (scenario.event().isEmpty()) {
      return;
    }
    String type = scenario.event().get();
    boolean there = false;
    for (ToldEvents.Told event : told.of(subject.subscription(), reads.since())) {
      if (before.contains(event.id())) {
        continue;
      }
      there = true;
      if (notes.isNew(event.id())) {
        notes.see(
            event.at(),
            "event told",
            "%s  %s".formatted(event.id(), type),
            Map.of("event", event.id(), "type", type));
      }
      event.deliveries().forEach(delivery -> show(type, delivery));
    }
    if (!there) {
      notes.miss("the event %s is told".formatted(type));
    }
  }

  private void show(String type, JsonNode delivery) {
    String id = delivery.path("id").asString("");
    String state = delivery.path("state").asString("");
    String reason = delivery.path("reason").asString("");
    String endpoint = delivery.path("endpoint").asString("");
    if (state.equals("delivered")) {
      if (notes.isNew(id + state)) {
        notes.see(
            notes.time(delivery, "finished_at"),
            "event delivered",
            "%s  %s to %s".formatted(id, type, endpoint),
            Map.of("delivery", id, "endpoint", endpoint, "type", type));
      }
      return;
    }
    notes.miss(
        "%s is delivered (%s is %s%s)"
            .formatted(type, id, state, reason.isEmpty() ? "" : ": " + reason));
    if (state.equals("failed")) {
      notes.trouble("the delivery %s failed: %s".formatted(id, reason));
    }
    if (notes.isNew(id + reason) && !reason.isEmpty()) {
      notes.see(
          notes.now(),
          "event refused",
          "%s  %s: %s".formatted(id, endpoint, reason),
          Map.of("delivery", id, "endpoint", endpoint, "reason", reason));
    }
  }
}
