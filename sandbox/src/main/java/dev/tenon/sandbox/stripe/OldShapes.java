package dev.tenon.sandbox.stripe;

import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Events for an endpoint that pins an older API version.
///
/// Before 2025-03-31.basil an invoice named its subscription at the top and carried `paid`,
/// `charge` and `payment_intent`, and its lines `price`, `plan` and `proration`; a charge named its
/// invoice; a subscription carried its period itself; and there were no invoice payments
/// (stripe-node's CHANGELOG, 18.0.0).
final class OldShapes {
  private static final String BASIL = "2025-03-31";

  private OldShapes() {}

  /// What the old shapes show and the new ones don't hold.
  interface Lookup {
    /// The invoice that a payment intent pays; empty for one that pays none.
    String invoiceOf(String intent);

    /// The payment intent of an invoice.
    Optional<ObjectNode> intentOf(String invoice);

    Optional<ObjectNode> price(String id);
  }

  /// Whether that version knows a type of event.
  static boolean has(String version, String type) {
    return !isOld(version) || !type.startsWith("invoice_payment.");
  }

  private static boolean isOld(String version) {
    return version.length() >= 10 && version.substring(0, 10).compareTo(BASIL) < 0;
  }

  /// A copy of the event as that version shows it; an empty version is the account's own.
  static ObjectNode of(ObjectNode event, String version, Lookup lookup) {
    ObjectNode copy = event.deepCopy();
    if (version.isEmpty()) {
      return copy;
    }
    copy.put("api_version", version);
    if (isOld(version) && copy.path("data").path("object") instanceof ObjectNode object) {
      switch (object.path("object").asString("")) {
        case "invoice" -> invoice(object, lookup);
        case "subscription" -> {
          subscription(object);
          if (copy.path("data").path("previous_attributes") instanceof ObjectNode previous
              && previous.has("items")) {
            subscription(previous);
          }
        }
        case "charge" -> {
          String invoice = lookup.invoiceOf(object.path("payment_intent").asString(""));
          set(object, "invoice", invoice);
        }
        default -> {
          // The others did not move.
        }
      }
    }
    return copy;
  }

  private static void invoice(ObjectNode invoice, Lookup lookup) {
    JsonNode details = invoice.path("parent").path("subscription_details");
    invoice.set("subscription", details.path("subscription"));
    ObjectNode moved = invoice.putObject("subscription_details");
    moved.set("metadata", details.path("metadata"));
    invoice.remove("parent");
    invoice.put("paid", invoice.path("status").asString().equals("paid"));
    Optional<ObjectNode> intent = lookup.intentOf(invoice.path("id").asString());
    set(invoice, "payment_intent", intent.map(found -> found.path("id").asString("")).orElse(""));
    set(
        invoice,
        "charge",
        intent.map(found -> found.path("latest_charge").asString("")).orElse(""));
    for (JsonNode node : invoice.path("lines").path("data")) {
      if (node instanceof ObjectNode line) {
        line(line, lookup);
      }
    }
  }

  private static void line(ObjectNode line, Lookup lookup) {
    JsonNode item = line.path("parent").path("subscription_item_details");
    line.put("type", "subscription");
    line.set("subscription", item.path("subscription"));
    line.set("subscription_item", item.path("subscription_item"));
    line.put("proration", item.path("proration").asBoolean(false));
    line.putObject("proration_details").putNull("credited_items");
    lookup
        .price(line.path("pricing").path("price_details").path("price").asString(""))
        .ifPresent(
            price -> {
              line.set("price", price.deepCopy());
              line.set("plan", SubscriptionItems.plan(price));
            });
    line.remove("pricing");
    line.remove("parent");
  }

  private static void set(ObjectNode object, String field, String text) {
    if (text.isEmpty()) {
      object.putNull(field);
    } else {
      object.put(field, text);
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
