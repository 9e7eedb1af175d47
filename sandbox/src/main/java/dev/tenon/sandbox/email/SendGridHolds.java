package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Journal;
import dev.tenon.sandbox.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// SendGrid's `/v3/user/scheduled_sends`: batches of scheduled mails that are paused or cancelled.
final class SendGridHolds {
  private static final int HOLDS_MAX = 1_000;
  private static final String KEY = "hold/";

  private final Map<String, String> statuses = new LinkedHashMap<>();
  private Journal journal = Journal.none();

  void keepIn(Journal kept) {
    journal = kept;
    kept.take(KEY).forEach((id, json) -> statuses.put(id, json.path("status").asString()));
  }

  /// `pause`, `cancel`, or empty for neither.
  synchronized String status(String batch) {
    return statuses.getOrDefault(batch, "");
  }

  synchronized ObjectNode put(String batch, String status, boolean isNew) {
    if (batch.isEmpty()) {
      throw new ProviderRefusal(400, "batch_id", "batch_id is required");
    }
    if (!status.equals("pause") && !status.equals("cancel")) {
      throw new ProviderRefusal(400, "status", "status must be pause or cancel");
    }
    if (isNew && statuses.containsKey(batch)) {
      throw new ProviderRefusal(
          400, "batch_id", "a status for this batch id exists, try PATCH to update the status");
    }
    if (!isNew && !statuses.containsKey(batch)) {
      throw new ProviderRefusal(404, "", "batch id not found");
    }
    if (statuses.size() >= HOLDS_MAX) {
      remove(statuses.keySet().iterator().next());
    }
    statuses.put(batch, status);
    journal.put(KEY + batch, Json.object().put("status", status));
    return json(batch);
  }

  synchronized void remove(String batch) {
    if (statuses.remove(batch) != null) {
      journal.remove(KEY + batch);
    }
  }

  /// @param only empty for all
  synchronized ArrayNode list(String only) {
    ArrayNode list = Json.array();
    statuses.keySet().stream()
        .filter(batch -> only.isEmpty() || batch.equals(only))
        .forEach(batch -> list.add(json(batch)));
    return list;
  }

  private ObjectNode json(String batch) {
    return Json.object().put("batch_id", batch).put("status", status(batch));
  }
}
