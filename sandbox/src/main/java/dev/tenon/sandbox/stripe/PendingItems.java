package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Invoice items: what a change within a period costs, waiting for the next invoice.
final class PendingItems {
  private static final String TYPE = "invoiceitem";
  private static final String LINE = "pending_line";

  private final Objects objects;
  private final Events events;

  PendingItems(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  /// Keeps prorated lines for the subscription's next invoice.
  void keep(ObjectNode subscription, List<ObjectNode> lines) {
    for (ObjectNode line : lines) {
      ObjectNode item =
          objects.shape(
              TYPE,
              objects.id("ii_"),
              """
              {"customer_account": null, "discountable": false, "discounts": [], "invoice": null,
               "metadata": {}, "proration": true, "quantity_decimal": null, "tax_rates": [],
               "test_clock": null}
              """);
      item.remove("created");
      item.put("date", objects.now());
      item.set("customer", subscription.path("customer"));
      for (String field : new String[] {"amount", "currency", "description", "quantity"}) {
        item.set(field, line.path(field));
      }
      item.set("net_amount", line.path("amount"));
      item.set("period", line.path("period").deepCopy());
      item.set("pricing", line.path("pricing").deepCopy());
      ObjectNode parent = item.putObject("parent");
      parent.put("type", "subscription_details");
      ObjectNode of = parent.putObject("subscription_details");
      of.set("subscription", subscription.path("id"));
      of.set(
          "subscription_item",
          line.path("parent").path("subscription_item_details").path("subscription_item"));
      objects.add(item);
      ((ObjectNode) line.path("parent").path("subscription_item_details"))
          .set("invoice_item", item.path("id"));
      ObjectNode kept = Json.object();
      kept.put("object", LINE);
      kept.set("id", item.path("id"));
      kept.set("line", line);
      objects.add(kept);
      events.emit("invoiceitem.created", item);
    }
  }

  /// The lines that wait for the subscription's next invoice.
  List<ObjectNode> waiting(ObjectNode subscription) {
    List<ObjectNode> lines = new ArrayList<>();
    for (ObjectNode kept : objects.list(LINE)) {
      JsonNode line = kept.path("line");
      if (line.path("parent")
          .path("subscription_item_details")
          .path("subscription")
          .equals(subscription.path("id"))) {
        lines.add((ObjectNode) line.deepCopy());
      }
    }
    return lines;
  }

  /// An invoice has taken these lines.
  void taken(List<ObjectNode> lines, String invoice) {
    for (ObjectNode line : lines) {
      String id =
          line.path("parent").path("subscription_item_details").path("invoice_item").asString("");
      objects
          .find(TYPE, id)
          .ifPresent(
              item -> {
                item.put("invoice", invoice);
                objects.remove(LINE, id);
              });
    }
  }
}
