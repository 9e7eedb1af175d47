package dev.tenon.payment;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What tells the order of two facts about one subscription: some of its fields as texts, as they
/// were (`data.previous_attributes`) or as they are.
///
/// A field that the payload doesn't have is absent, which says nothing; one that is null is "null",
/// which says that there was no value.
final class SubscriptionTrace {
  private static final String[] FIELDS = {
    "status",
    "cancel_at_period_end",
    "cancel_at",
    "current_period_end",
    "trial_end",
    "latest_invoice",
    "default_payment_method"
  };
  private static final String[] ITEM_FIELDS = {"quantity", "current_period_end"};
  private static final int CHARS_MAX = 64;

  private SubscriptionTrace() {}

  /// Reads it from a subscription, or from the part of one that an update calls previous.
  static Map<String, String> of(JsonNode subscription) {
    Map<String, String> trace = new TreeMap<>();
    for (String field : FIELDS) {
      put(trace, field, subscription.path(field));
    }
    JsonNode item = subscription.path("items").path("data").path(0);
    for (String field : ITEM_FIELDS) {
      put(trace, "item." + field, item.path(field));
    }
    put(trace, "item.price", item.path("price"));
    return trace;
  }

  private static void put(Map<String, String> trace, String name, JsonNode value) {
    JsonNode scalar = value.isObject() ? value.path("id") : value;
    if (scalar.isValueNode() && !scalar.isMissingNode()) {
      String text = PlainText.of(scalar.asString(""), CHARS_MAX);
      trace.put(name, scalar.isNull() ? "null" : text == null ? "" : text);
    }
  }
}
