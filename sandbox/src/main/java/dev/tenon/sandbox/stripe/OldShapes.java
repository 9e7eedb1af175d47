package dev.tenon.sandbox.stripe;

import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Events for an endpoint that pins an older API version.
///
/// Before 2025-03-31.basil an invoice named its subscription at the top and carried `paid`,
/// `charge` and `payment_intent`; a charge named its invoice; a subscription carried its period
/// itself; and there were no invoice payments.
final class OldShapes {
  private static final String BASIL = "2025-03-31";

  private OldShapes() {}

  /// Whether that version knows a type of event.
  static boolean has(String version, String type) {
    return !isOld(version) || !type.startsWith("invoice_payment.");
  }

  private static boolean isOld(String version) {
    return version.length() >= 10 && version.substring(0, 10).compareTo(BASIL) < 0;
  }

  /// A copy of the event as that version shows it; an empty version is the account's own.
  ///
  /// @param invoiceOf the invoice that a payment intent pays
  static ObjectNode of(ObjectNode event, String version, UnaryOperator<String> invoiceOf) {
    ObjectNode copy = event.deepCopy();
    if (version.isEmpty()) {
      return copy;
    }
    copy.put("api_version", version);
    if (isOld(version) && copy.path("data").path("object") instanceof ObjectNode object) {
      switch (object.path("object").asString("")) {
        case "invoice" -> invoice(object);
        case "subscription" -> {
          subscription(object);
          if (copy.path("data").path("previous_attributes") instanceof ObjectNode previous
              && previous.has("items")) {
            subscription(previous);
          }
        }
        case "charge" -> {
          String invoice = invoiceOf.apply(object.path("payment_intent").asString(""));
          if (invoice.isEmpty()) {
            object.putNull("invoice");
          } else {
            object.put("invoice", invoice);
          }
        }
        default -> {
          // The others did not move.
        }
      }
    }
    return copy;
  }

  private static void invoice(ObjectNode invoice) {
    JsonNode details = invoice.path("parent").path("subscription_details");
    invoice.set("subscription", details.path("subscription"));
    ObjectNode moved = invoice.putObject("subscription_details");
    moved.set("metadata", details.path("metadata"));
    invoice.remove("parent");
    invoice.put("paid", invoice.path("status").asString().equals("paid"));
    for (JsonNode node : invoice.path("lines").path("data")) {
      if (node instanceof ObjectNode line) {
        line.set(
            "subscription",
            line.path("parent").path("subscription_item_details").path("subscription"));
        line.remove("parent");
      }
    }
  }

  private static void subscription(ObjectNode subscription) {
    JsonNode item = subscription.path("items").path("data").path(0);
    for (String field : new String[] {"current_period_start", "current_period_end"}) {
      if (item.has(field)) {
        subscription.set(field, item.get(field));
      }
    }
    for (JsonNode node : subscription.path("items").path("data")) {
      if (node instanceof ObjectNode each) {
        each.remove("current_period_start");
        each.remove("current_period_end");
      }
    }
  }
}
