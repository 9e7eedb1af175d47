package dev.tenon.sandbox.stripe;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Which test clock governs what a call is about: that of its customer.
final class Clocks {
  static final String TYPE = "test_helpers.test_clock";

  private static final String[] NAMED = {
    "customer", "subscription", "invoice", "payment_intent", "charge"
  };

  private final Objects objects;

  Clocks(Objects objects) {
    this.objects = objects;
  }

  /// Has the time be that of the clock that governs the call, if one does.
  void govern(Call call) {
    Optional<ObjectNode> clock = objects.find(TYPE, text(call, "test_clock"));
    if (clock.isEmpty() && !call.id().isEmpty()) {
      clock = objects.find(call.id()).flatMap(this::of);
    }
    for (String field : NAMED) {
      if (clock.isEmpty()) {
        String id = text(call, field);
        clock = id.isEmpty() ? clock : objects.find(id).flatMap(this::of);
      }
    }
    clock.ifPresent(found -> objects.freeze(found.path("frozen_time").asLong()));
  }

  private static String text(Call call, String field) {
    return call.params().fields().path(field).asString("");
  }

  private Optional<ObjectNode> of(ObjectNode object) {
    String own = object.path("test_clock").asString("");
    String id =
        own.isEmpty()
            ? objects
                .find("customer", object.path("customer").asString(""))
                .map(customer -> customer.path("test_clock").asString(""))
                .orElse("")
            : own;
    return objects.find(TYPE, id);
  }
}
