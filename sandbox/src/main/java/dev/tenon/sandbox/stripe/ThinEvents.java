package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.time.Instant;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// Events without their object (docs.stripe.com/event-destinations#thin-events): they name it, and
/// since 2026-09-30.endive the event that they are short for.
final class ThinEvents {
  /// Where an object is, by its type.
  private static final Map<String, String> PATHS =
      Map.of(
          "checkout.session", "/v1/checkout/sessions/",
          "billing_portal.session", "/v1/billing_portal/sessions/");

  private ThinEvents() {}

  /// The thin form of an event.
  static ObjectNode of(ObjectNode event, String id) {
    ObjectNode object = (ObjectNode) event.path("data").path("object");
    String type = object.path("object").asString("");
    String of = object.path("id").asString("");
    ObjectNode thin = Json.object();
    thin.put("id", id);
    thin.put("object", "v2.core.event");
    thin.put("type", "v1." + event.path("type").asString());
    thin.put("created", Instant.ofEpochSecond(event.path("created").asLong()).toString());
    thin.put("livemode", false);
    if (event.has("account")) {
      thin.set("context", event.path("account"));
    }
    ObjectNode related = thin.putObject("related_object");
    related.put("id", of);
    related.put("type", type);
    related.put("url", PATHS.getOrDefault(type, "/v1/" + type + "s/") + of);
    thin.put("snapshot_event", event.path("id").asString());
    return thin;
  }
}
