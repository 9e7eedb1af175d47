package dev.tenon.sandbox;

import java.net.URI;
import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/// A webhook that is not delivered yet, as the journal keeps it.
///
/// @param tries how often it was sent
/// @param nextTry when it is sent next
record KeptWebhook(String id, OutgoingWebhook webhook, int tries, Instant nextTry) {
  static final String KEY = "webhook/";

  static KeptWebhook read(String id, ObjectNode kept) {
    return new KeptWebhook(
        id,
        new OutgoingWebhook(
            kept.path("event_id").asString(),
            kept.path("event_type").asString(),
            kept.path("endpoint").asString(),
            URI.create(kept.path("url").asString()),
            kept.path("body").asString()),
        kept.path("tries").asInt(),
        Instant.parse(kept.path("next_at").asString()));
  }

  /// The number in its id.
  long number() {
    return Long.parseLong(id.substring("dlv_".length()));
  }

  Journal.Line line() {
    ObjectNode kept = Json.object();
    kept.put("event_id", webhook.eventId());
    kept.put("event_type", webhook.eventType());
    kept.put("endpoint", webhook.endpoint());
    kept.put("url", webhook.url().toString());
    kept.put("body", webhook.body());
    kept.put("tries", tries);
    kept.put("next_at", nextTry.toString());
    return new Journal.Line(KEY + id, Json.write(kept));
  }
}
