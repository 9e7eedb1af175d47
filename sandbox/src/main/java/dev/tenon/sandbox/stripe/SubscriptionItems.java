package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The items of a subscription: price, quantity and, since basil, the period.
final class SubscriptionItems {
  private static final int ITEMS_MAX = 20;

  /// A subscription before anything is known of it.
  static final String SHAPE =
      """
      {"application": null, "application_fee_percent": null,
       "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null},
       "billing_cycle_anchor_config": null, "billing_mode": {"type": "flexible"},
       "billing_schedules": [], "billing_thresholds": null, "cancel_at": null, "cancel_at_period_end": false,
       "canceled_at": null,
       "cancellation_details": {"comment": null, "feedback": null, "reason": null},
       "collection_method": "charge_automatically", "customer_account": null,
       "days_until_due": null, "default_payment_method": null, "default_source": null,
       "default_tax_rates": [], "description": null, "discounts": [], "ended_at": null,
       "invoice_settings": {"account_tax_ids": null, "issuer": {"type": "self"}},
       "latest_invoice": null, "managed_payments": null, "metadata": {}, "next_pending_invoice_item_invoice": null,
       "on_behalf_of": null, "pause_collection": null,
       "payment_settings": {"payment_method_options": null, "payment_method_types": null,
         "save_default_payment_method": null},
       "pending_invoice_item_interval": null, "pending_setup_intent": null,
       "pending_update": null, "schedule": null, "status": "incomplete", "test_clock": null,
       "transfer_data": null, "trial_end": null,
       "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
       "trial_start": null}
      """;

  private final Objects objects;
  private final Catalog catalog;

  SubscriptionItems(Objects objects, Catalog catalog) {
    this.objects = objects;
    this.catalog = catalog;
  }

  void create(ObjectNode subscription, List<Params> given, long trialEnd) {
    String id = subscription.path("id").asString();
    ObjectNode list = subscription.putObject("items");
    list.put("object", "list");
    list.put("has_more", false);
    list.put("url", "/v1/subscription_items?subscription=" + id);
    ArrayNode data = list.putArray("data");
    for (Params item : given) {
      data.add(item(id, item, trialEnd));
    }
    refuseTooMany(data);
    subscription.set("currency", data.path(0).path("price").path("currency"));
    subscription.put("quantity", data.path(0).path("quantity").asLong(1));
  }

  private static void refuseTooMany(ArrayNode data) {
    if (data.size() > ITEMS_MAX) {
      throw StripeError.invalid("items", "A subscription can have at most 20 items.");
    }
  }

  private ObjectNode item(String subscription, Params given, long trialEnd) {
    ObjectNode price = price(given);
    ObjectNode item =
        objects.shape(
            "subscription_item",
            objects.id("si_"),
            """
            {"billing_thresholds": null, "discounts": [], "metadata": {}, "tax_rates": []}
            """);
    item.remove("livemode");
    item.put("subscription", subscription);
    item.put("quantity", given.integer("quantity", 1, 0, 1_000_000));
    item.set("metadata", given.metadata());
    setPrice(item, price);
    long start = objects.now();
    item.put("current_period_start", start);
    item.put(
        "current_period_end", trialEnd > 0 ? trialEnd : Subscriptions.plusInterval(start, price));
    return item;
  }

  private ObjectNode price(Params given) {
    ObjectNode price =
        given
            .object("price_data")
            .map(data -> catalog.price(data, ""))
            .orElseGet(() -> objects.get("price", given.required("price"), given.full("price")));
    if (!price.path("type").asString().equals("recurring")) {
      throw StripeError.invalid(
          given.full("price"), "The price must be recurring to be used for a subscription.");
    }
    return price;
  }

  private static void setPrice(ObjectNode item, ObjectNode price) {
    item.set("price", price.deepCopy());
    item.set("plan", plan(price));
  }

  /// What plans were before there were prices, which some versions still show.
  static ObjectNode plan(JsonNode price) {
    ObjectNode plan = Json.object();
    plan.put("id", price.path("id").asString());
    plan.put("object", "plan");
    plan.set("active", price.path("active"));
    plan.set("amount", price.path("unit_amount"));
    plan.set("amount_decimal", price.path("unit_amount_decimal"));
    plan.put("billing_scheme", "per_unit");
    plan.set("created", price.path("created"));
    plan.set("currency", price.path("currency"));
    plan.set("interval", price.path("recurring").path("interval"));
    plan.set("interval_count", price.path("recurring").path("interval_count"));
    plan.put("livemode", false);
    plan.set("metadata", price.path("metadata").deepCopy());
    plan.set("product", price.path("product"));
    plan.put("usage_type", "licensed");
    return plan;
  }

  void update(ObjectNode subscription, List<Params> given) {
    ArrayNode data = Subscriptions.data(subscription);
    for (Params change : given) {
      String id = change.text("id");
      if (id.isEmpty()) {
        ObjectNode added = item(subscription.path("id").asString(), change, 0);
        added.set("current_period_start", data.path(0).path("current_period_start"));
        added.set("current_period_end", data.path(0).path("current_period_end"));
        data.add(added);
        continue;
      }
      int at = index(data, id, change);
      if (change.bool("deleted", false)) {
        data.remove(at);
        continue;
      }
      ObjectNode item = (ObjectNode) data.get(at);
      if (change.has("price") || change.has("price_data")) {
        JsonNode before = item.path("price").path("recurring");
        ObjectNode price = price(change);
        refuseOtherCurrency(subscription, price, change);
        setPrice(item, price);
        restart(item, before);
      }
      if (change.has("quantity")) {
        item.put("quantity", change.integer("quantity", 1, 0, 1_000_000));
      }
      change.mergeMetadata(item);
    }
    refuseTooMany(data);
    if (data.isEmpty()) {
      throw StripeError.invalid("items", "A subscription must have at least one active plan.");
    }
    subscription.put("quantity", data.path(0).path("quantity").asLong(1));
  }

  private static void refuseOtherCurrency(
      ObjectNode subscription, ObjectNode price, Params change) {
    if (!price.path("currency").equals(subscription.path("currency"))) {
      throw StripeError.invalid(
          change.full("price"),
          "The price specified only supports `%s`. This doesn't match the expected currency: `%s`."
              .formatted(
                  price.path("currency").asString(), subscription.path("currency").asString()));
    }
  }

  /// Another interval begins now.
  private void restart(ObjectNode item, JsonNode before) {
    JsonNode now = item.path("price").path("recurring");
    if (!before.path("interval").equals(now.path("interval"))
        || before.path("interval_count").asLong() != now.path("interval_count").asLong()) {
      long start = objects.now();
      item.put("current_period_start", start);
      item.put("current_period_end", Subscriptions.plusInterval(start, item.path("price")));
    }
  }

  private static int index(ArrayNode data, String id, Params change) {
    for (int i = 0; i < data.size(); i++) {
      if (data.get(i).path("id").asString().equals(id)) {
        return i;
      }
    }
    throw StripeError.noSuchParam("subscription_item", id, change.full("id"));
  }

  void nextPeriod(ObjectNode subscription) {
    for (JsonNode node : Subscriptions.data(subscription)) {
      ObjectNode item = (ObjectNode) node;
      long start = item.path("current_period_end").asLong();
      item.put("current_period_start", start);
      item.put("current_period_end", Subscriptions.plusInterval(start, item.path("price")));
    }
  }

  /// All items begin a period now.
  void restart(ObjectNode subscription) {
    long start = objects.now();
    for (JsonNode node : Subscriptions.data(subscription)) {
      ObjectNode item = (ObjectNode) node;
      item.put("current_period_start", start);
      item.put("current_period_end", Subscriptions.plusInterval(start, item.path("price")));
    }
  }

  static long periodStart(ObjectNode subscription) {
    return Subscriptions.data(subscription).path(0).path("current_period_start").asLong();
  }

  static long periodEnd(ObjectNode subscription) {
    return Subscriptions.data(subscription).path(0).path("current_period_end").asLong();
  }

  static boolean hasPrice(ObjectNode subscription, String price) {
    for (JsonNode item : Subscriptions.data(subscription)) {
      if (item.path("price").path("id").asString().equals(price)) {
        return true;
      }
    }
    return false;
  }
}
