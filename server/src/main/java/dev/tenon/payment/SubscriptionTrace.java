package dev.tenon.payment;

import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// The [Trace] of a subscription: the fields whose changes Stripe tells of.
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

  private SubscriptionTrace() {}

  /// Reads it from a subscription, or from the part of one that an update calls previous.
  static Map<String, String> of(JsonNode subscription) {
    Map<String, String> trace = new TreeMap<>();
    for (String field : FIELDS) {
      Trace.put(trace, field, subscription.path(field));
    }
    JsonNode item = subscription.path("items").path("data").path(0);
    for (String field : ITEM_FIELDS) {
      Trace.put(trace, "item." + field, item.path(field));
    }
    Trace.put(trace, "item.price", item.path("price"));
    return trace;
  }
}
