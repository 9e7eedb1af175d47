package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The lines of invoices: what a period costs, and what a change within one costs or gives back.
final class InvoiceLines {
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("d MMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  private final Objects objects;

  InvoiceLines(Objects objects) {
    this.objects = objects;
  }

  /// Each item for its current period.
  List<ObjectNode> ofPeriod(ObjectNode subscription, boolean free) {
    List<ObjectNode> lines = new ArrayList<>();
    for (JsonNode item : Subscriptions.data(subscription)) {
      lines.add(ofPeriod(subscription, item, free));
    }
    return lines;
  }

  private ObjectNode ofPeriod(ObjectNode subscription, JsonNode item, boolean free) {
    return line(
        subscription,
        item,
        free ? 0 : amount(item),
        quantity(item) + " × " + productName(item) + Amounts.each(item.path("price")),
        item.path("current_period_start").asLong(),
        false);
  }

  /// What the items of `after` cost more than those of `before` from `at` to the end of the period:
  /// the unused time of what was there comes back, the remaining time of what is there is paid. An
  /// item with a new period is paid whole.
  List<ObjectNode> ofChange(ObjectNode before, ObjectNode after, long at, boolean prorated) {
    List<ObjectNode> lines = new ArrayList<>();
    for (JsonNode old : Subscriptions.data(before)) {
      Optional<JsonNode> now = item(after, old.path("id").asString());
      if (prorated && (now.isEmpty() || !same(old, now.get()))) {
        lines.add(prorated(before, old, at, -1, "Unused time on %s after %s"));
      }
    }
    for (JsonNode now : Subscriptions.data(after)) {
      Optional<JsonNode> old = item(before, now.path("id").asString());
      if (old.isPresent() && same(old.get(), now)) {
        continue;
      }
      if (old.isPresent() && isNewPeriod(old.get(), now)) {
        lines.add(ofPeriod(after, now, false));
      } else if (prorated) {
        lines.add(prorated(after, now, at, 1, "Remaining time on %s after %s"));
      }
    }
    return lines;
  }

  private static Optional<JsonNode> item(ObjectNode subscription, String id) {
    return Subscriptions.data(subscription)
        .valueStream()
        .filter(item -> item.path("id").asString().equals(id))
        .findFirst();
  }

  private static boolean same(JsonNode one, JsonNode other) {
    return quantity(one) == quantity(other)
        && one.path("price").path("id").equals(other.path("price").path("id"));
  }

  static boolean isNewPeriod(JsonNode before, JsonNode after) {
    return before.path("current_period_end").asLong() != after.path("current_period_end").asLong();
  }

  private ObjectNode prorated(
      ObjectNode subscription, JsonNode item, long at, int sign, String description) {
    long start = item.path("current_period_start").asLong();
    long end = item.path("current_period_end").asLong();
    long part =
        BigDecimal.valueOf(amount(item))
            .multiply(BigDecimal.valueOf(end - at))
            .divide(BigDecimal.valueOf(Math.max(1, end - start)), 0, RoundingMode.HALF_UP)
            .longValue();
    String what = (quantity(item) == 1 ? "" : quantity(item) + " × ") + productName(item);
    return line(
        subscription,
        item,
        sign * part,
        description.formatted(what, DAY.format(Instant.ofEpochSecond(at))),
        at,
        true);
  }

  private ObjectNode line(
      ObjectNode subscription,
      JsonNode item,
      long amount,
      String description,
      long start,
      boolean proration) {
    JsonNode price = item.path("price");
    ObjectNode line =
        Json.readObject(
            """
            {"object": "line_item", "discount_amounts": [], "discountable": true,
             "discounts": [], "livemode": false, "metadata": {}, "pretax_credit_amounts": [],
             "taxes": []}
            """
                .getBytes(StandardCharsets.UTF_8));
    line.put("id", objects.id("il_"));
    line.put("amount", amount);
    line.put("subtotal", amount);
    line.put("quantity", quantity(item));
    line.set("currency", price.path("currency"));
    line.put("description", description);
    line.put("discountable", !proration);
    ObjectNode period = line.putObject("period");
    period.put("start", start);
    period.set("end", item.path("current_period_end"));
    ObjectNode parent = line.putObject("parent");
    parent.put("type", "subscription_item_details");
    parent.putNull("invoice_item_details");
    ObjectNode details = parent.putObject("subscription_item_details");
    details.putNull("invoice_item");
    details.put("proration", proration);
    details.putNull("proration_details");
    details.put("subscription", subscription.path("id").asString());
    details.set("subscription_item", item.path("id"));
    ObjectNode pricing = line.putObject("pricing");
    pricing.put("type", "price_details");
    pricing.set("unit_amount_decimal", price.path("unit_amount_decimal"));
    ObjectNode priced = pricing.putObject("price_details");
    priced.set("price", price.path("id"));
    priced.set("product", price.path("product"));
    return line;
  }

  private static long amount(JsonNode item) {
    return item.path("price").path("unit_amount").asLong(0) * quantity(item);
  }

  private static long quantity(JsonNode item) {
    return item.path("quantity").asLong(1);
  }

  private String productName(JsonNode item) {
    return objects
        .find("product", item.path("price").path("product").asString(""))
        .map(product -> product.path("name").asString())
        .orElse("Plan");
  }
}
