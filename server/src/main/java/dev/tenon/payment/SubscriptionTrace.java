package dev.tenon.payment;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The [Trace] of a subscription: the fields that a row shows and whose changes Stripe tells of.
/// Items are told apart by their ids.
final class SubscriptionTrace {
  private static final String[] FIELDS = {
    "status",
    "cancel_at_period_end",
    "cancel_at",
    "canceled_at",
    "current_period_start",
    "current_period_end",
    "trial_end",
    "latest_invoice",
    "default_payment_method",
    "quantity",
    "plan"
  };
  private static final String[] ITEM_FIELDS = {
    "quantity", "price", "plan", "current_period_start", "current_period_end"
  };
  private static final int ITEMS_MAX = 20;

  private SubscriptionTrace() {}

  /// Reads it from a subscription, or from the part of one that an update calls previous.
  static Map<String, String> of(JsonNode subscription) {
    Map<String, String> trace = new TreeMap<>();
    for (String field : FIELDS) {
      Trace.put(trace, field, subscription.path(field));
    }
    JsonNode pause = subscription.path("pause_collection");
    Trace.put(trace, "pause_collection", pause.isObject() ? pause.path("behavior") : pause);
    JsonNode items = subscription.path("items").path("data");
    for (int i = 0; i < Math.min(items.size(), ITEMS_MAX); i++) {
      JsonNode item = items.path(i);
      for (String field : ITEM_FIELDS) {
        Trace.put(trace, name(item, i) + field, item.path(field));
      }
    }
    return trace;
  }

  /// Reads what an update calls previous. An item of the object that a previous list of items
  /// doesn't have was not there before.
  static Map<String, String> before(JsonNode previous, JsonNode object) {
    Map<String, String> before = of(previous);
    JsonNode then = previous.path("items").path("data");
    if (then.isArray()) {
      JsonNode now = object.path("items").path("data");
      Map<String, String> after = of(object);
      for (int i = 0; i < Math.min(now.size(), ITEMS_MAX); i++) {
        String name = name(now.path(i), i);
        if (before.keySet().stream().noneMatch(field -> field.startsWith(name))) {
          after.keySet().stream()
              .filter(field -> field.startsWith(name))
              .forEach(field -> before.put(field, Trace.GONE));
        }
      }
    }
    return before;
  }

  private static String name(JsonNode item, int index) {
    String id = PlainText.id(item.path("id").asString(""));
    return "item." + (id == null ? Integer.toString(index) : id) + ".";
  }
}
