package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The `previous_attributes` of an event: the old values of what changed.
final class Changes {
  private Changes() {}

  /// Old values of top-level fields that differ; inside `metadata`, only the keys that differ.
  static ObjectNode between(ObjectNode before, ObjectNode after) {
    ObjectNode previous = Json.object();
    for (var entry : before.properties()) {
      JsonNode now = after.path(entry.getKey());
      if (!entry.getValue().equals(now)) {
        boolean metadata = entry.getKey().equals("metadata");
        previous.set(
            entry.getKey(),
            metadata
                    && entry.getValue() instanceof ObjectNode old
                    && now instanceof ObjectNode given
                ? between(old, given)
                : entry.getValue());
      }
    }
    for (String added : after.propertyNames()) {
      if (!before.has(added)) {
        previous.putNull(added);
      }
    }
    return previous;
  }
}
