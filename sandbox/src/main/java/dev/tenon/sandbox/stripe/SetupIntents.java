package dev.tenon.sandbox.stripe;

import tools.jackson.databind.node.ObjectNode;

/// `/v1/setup_intents`: a card is kept for payments to come, and nothing is paid now.
final class SetupIntents {
  static final String TYPE = "setup_intent";

  private final Objects objects;
  private final Events events;

  SetupIntents(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  /// One that waits for a card. Nothing is emitted.
  ObjectNode make(String customer, ObjectNode metadata) {
    ObjectNode intent =
        objects.shape(
            TYPE,
            objects.id("seti_"),
            """
            {"application": null, "automatic_payment_methods": null, "cancellation_reason": null,
             "customer": null, "description": null,
             "excluded_payment_method_types": null, "flow_directions": null,
             "last_setup_error": null, "latest_attempt": null,
             "mandate": null, "metadata": {}, "next_action": null, "on_behalf_of": null,
             "payment_method": null, "payment_method_configuration_details": null,
             "payment_method_options": {}, "payment_method_types": ["card"],
             "single_use_mandate": null, "status": "requires_payment_method",
             "usage": "off_session"}
            """);
    intent.put("client_secret", intent.path("id").asString() + "_secret_" + objects.token(24));
    if (!customer.isEmpty()) {
      intent.put("customer", customer);
    }
    intent.set("metadata", metadata.deepCopy());
    return objects.add(intent);
  }

  void announce(ObjectNode intent) {
    events.emit("setup_intent.created", intent);
  }

  /// The customer gave a card that works.
  void succeed(ObjectNode intent, String paymentMethod) {
    intent.put("status", "succeeded");
    intent.put("payment_method", paymentMethod);
    events.emit("setup_intent.succeeded", intent);
  }

  ObjectNode get(Call call) {
    return objects.get(TYPE, call.id());
  }
}
