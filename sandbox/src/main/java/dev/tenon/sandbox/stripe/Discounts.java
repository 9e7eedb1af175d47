package dev.tenon.sandbox.stripe;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What promotions take off the invoices of a subscription.
final class Discounts {
  private static final String TYPE = "discount";

  private final Objects objects;
  private final Events events;
  private final Promotions promotions;

  Discounts(Objects objects, Events events, Promotions promotions) {
    this.objects = objects;
    this.events = events;
    this.promotions = promotions;
  }

  /// Gives a subscription the discounts of a call; an empty parameter takes all away.
  void set(ObjectNode subscription, Params params) {
    if (!params.has("discounts")) {
      return;
    }
    List<Params> given = params.objects("discounts");
    if (given.size() > 20) {
      throw StripeError.invalid("discounts", "A subscription can have at most 20 discounts.");
    }
    ArrayNode ids = subscription.putArray("discounts");
    for (Params one : given) {
      one.allow("coupon", "discount", "promotion_code");
      ids.add(one.has("discount") ? one.required("discount") : make(subscription, one));
    }
  }

  private String make(ObjectNode subscription, Params given) {
    String customer = subscription.path("customer").asString();
    String code = given.text("promotion_code");
    ObjectNode coupon =
        code.isEmpty()
            ? promotions.coupon(given.required("coupon"), given.full("coupon"))
            : promotions.redeem(code, customer, given.full("promotion_code"));
    JsonNode currency = coupon.path("currency");
    if (currency.isString() && !currency.equals(subscription.path("currency"))) {
      throw StripeError.invalid(
          "", given.full("coupon"), "The coupon is in another currency than the subscription.");
    }
    ObjectNode discount =
        objects.shape(
            TYPE,
            objects.id("di_"),
            """
            {"checkout_session": null, "customer_account": null, "end": null, "invoice": null,
             "invoice_item": null, "promotion_code": null, "subscription_item": null}
            """);
    discount.remove("created");
    discount.remove("livemode");
    discount.put("customer", customer);
    discount.put("subscription", subscription.path("id").asString());
    discount.put("start", objects.now());
    if (coupon.path("duration").asString().equals("repeating")) {
      long months = coupon.path("duration_in_months").asLong(1);
      discount.put(
          "end",
          Instant.ofEpochSecond(objects.now())
              .atZone(ZoneOffset.UTC)
              .plusMonths(months)
              .toEpochSecond());
    }
    if (!code.isEmpty()) {
      discount.put("promotion_code", code);
    }
    // Since 2025-09-30.clover the coupon is inside `source`.
    ObjectNode source = discount.putObject("source");
    source.set("coupon", coupon.path("id"));
    source.put("type", "coupon");
    objects.add(discount);
    events.emit("customer.discount.created", discount);
    return discount.path("id").asString();
  }

  /// Takes off what the subscription's discounts give, and answers the new total.
  long apply(ObjectNode invoice, ObjectNode subscription, long total) {
    long left = total;
    ArrayNode ids = invoice.putArray("discounts");
    ArrayNode amounts = invoice.putArray("total_discount_amounts");
    for (JsonNode id : subscription.path("discounts")) {
      Optional<ObjectNode> discount = objects.find(TYPE, id.asString());
      if (discount.isEmpty() || left <= 0 || isOver(discount.get())) {
        continue;
      }
      long off = Math.min(left, off(discount.get(), left));
      left -= off;
      ids.add(id.asString());
      ObjectNode amount = amounts.addObject();
      amount.put("amount", off);
      amount.put("discount", id.asString());
    }
    return left;
  }

  private boolean isOver(ObjectNode discount) {
    return discount.path("end").isNumber() && discount.path("end").asLong() <= objects.now();
  }

  private long off(ObjectNode discount, long total) {
    ObjectNode coupon =
        promotions.find(discount.path("source").path("coupon").asString()).orElseThrow();
    if (coupon.path("amount_off").isNumber()) {
      return coupon.path("amount_off").asLong();
    }
    return BigDecimal.valueOf(total)
        .multiply(new BigDecimal(coupon.path("percent_off").asString()))
        .divide(BigDecimal.valueOf(100), 0, RoundingMode.HALF_UP)
        .longValue();
  }

  /// After an invoice: what was for one invoice only is over.
  void used(ObjectNode subscription) {
    ArrayNode left = subscription.arrayNode();
    for (JsonNode id : subscription.path("discounts")) {
      Optional<ObjectNode> discount = objects.find(TYPE, id.asString());
      boolean once =
          discount
              .flatMap(one -> promotions.find(one.path("source").path("coupon").asString()))
              .map(coupon -> coupon.path("duration").asString().equals("once"))
              .orElse(false);
      if (!once) {
        left.add(id.asString());
      }
    }
    subscription.set("discounts", left);
  }
}
