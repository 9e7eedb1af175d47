package dev.tenon.sandbox.stripe;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/coupons`, which say how much goes off, and `/v1/promotion_codes`, which customers type.
final class Promotions {
  private static final String COUPON = "coupon";
  private static final String CODE = "promotion_code";

  private final Objects objects;
  private final Events events;

  Promotions(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  ObjectNode createCoupon(Call call) {
    Params params =
        call.params()
            .allow(
                "amount_off",
                "currency",
                "duration",
                "duration_in_months",
                "id",
                "max_redemptions",
                "metadata",
                "name",
                "percent_off",
                "redeem_by");
    String id = params.text("id").isEmpty() ? objects.token(8) : params.text("id");
    if (objects.find(COUPON, id).isPresent()) {
      throw StripeError.invalid("resource_already_exists", "id", "Coupon already exists.");
    }
    ObjectNode coupon =
        objects.shape(
            COUPON,
            id,
            """
            {"amount_off": null, "currency": null, "duration": "once",
             "duration_in_months": null, "max_redemptions": null, "metadata": {}, "name": null,
             "percent_off": null, "redeem_by": null, "times_redeemed": 0, "valid": true}
            """);
    String percent = params.text("percent_off");
    long amount = params.integer("amount_off", 0, 1, 99_999_999_999L);
    if (percent.isEmpty() == (amount == 0)) {
      throw StripeError.invalid(
          "percent_off", "You must pass either percent_off or amount_off, and not both.");
    }
    if (amount > 0) {
      coupon.put("amount_off", amount);
      coupon.put("currency", params.required("currency").toLowerCase(Locale.ROOT));
    } else {
      coupon.put("percent_off", percent(percent));
    }
    coupon.put("duration", params.oneOf("duration", "once", "forever", "once", "repeating"));
    if (params.has("duration_in_months")) {
      coupon.put("duration_in_months", params.integer("duration_in_months", 1, 1, 120));
    }
    if (params.has("max_redemptions")) {
      coupon.put("max_redemptions", params.integer("max_redemptions", 1, 1, 1_000_000));
    }
    params.copyTexts(coupon, "name");
    params.mergeMetadata(coupon);
    objects.add(coupon);
    events.emit("coupon.created", coupon);
    return coupon;
  }

  private static BigDecimal percent(String text) {
    if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,2})?")
        || new BigDecimal(text).signum() == 0
        || new BigDecimal(text).compareTo(BigDecimal.valueOf(100)) > 0) {
      throw StripeError.invalid("percent_off", "percent_off is above 0 and at most 100.");
    }
    return new BigDecimal(text);
  }

  ObjectNode getCoupon(Call call) {
    return objects.get(COUPON, call.id());
  }

  ObjectNode listCoupons(Call call) {
    Params params = call.params().allow("created", "limit", "starting_after", "ending_before");
    return objects.page(COUPON, "/v1/coupons", params, coupon -> true);
  }

  ObjectNode createCode(Call call) {
    Params params =
        call.params()
            .allow(
                "active",
                "code",
                "customer",
                "expires_at",
                "max_redemptions",
                "metadata",
                "promotion",
                "restrictions");
    // Since 2025-09-30.clover the coupon is inside `promotion`.
    Params promotion =
        params.object("promotion").orElseThrow(() -> StripeError.missing("promotion"));
    promotion.allow("coupon", "type");
    String couponId = promotion.required("coupon");
    objects.get(COUPON, couponId, promotion.full("coupon"));
    String code = params.text("code").isEmpty() ? objects.token(8) : params.text("code");
    if (!code.matches("[A-Za-z0-9-]{1,500}")) {
      throw StripeError.invalid("code", "A code has letters, digits and dashes.");
    }
    String whose = params.text("customer");
    if (objects.list(CODE).stream()
        .anyMatch(
            other ->
                usable(other)
                    && isCode(other, code)
                    && other.path("customer").asString("").equals(whose))) {
      throw StripeError.invalid("code", "An active promotion code with this code exists.");
    }
    ObjectNode made =
        objects.shape(
            CODE,
            objects.id("promo_"),
            """
            {"active": true, "customer": null, "customer_account": null, "expires_at": null,
             "max_redemptions": null, "metadata": {},
             "restrictions": {"first_time_transaction": false, "minimum_amount": null,
               "minimum_amount_currency": null},
             "times_redeemed": 0}
            """);
    made.put("code", code);
    ObjectNode inside = made.putObject("promotion");
    inside.put("coupon", couponId);
    inside.put("type", COUPON);
    made.put("active", params.bool("active", true));
    if (params.has("customer")) {
      String customer = params.required("customer");
      made.set("customer", objects.get("customer", customer, "customer").path("id"));
    }
    if (params.has("max_redemptions")) {
      made.put("max_redemptions", params.integer("max_redemptions", 1, 1, 1_000_000));
    }
    if (params.has("expires_at")) {
      made.put("expires_at", params.integer("expires_at", 0, objects.now(), 9_999_999_999L));
    }
    params.mergeMetadata(made);
    objects.add(made);
    events.emit("promotion_code.created", made);
    return made;
  }

  ObjectNode getCode(Call call) {
    return shown(objects.get(CODE, call.id()));
  }

  ObjectNode updateCode(Call call) {
    ObjectNode code = objects.get(CODE, call.id());
    ObjectNode before = code.deepCopy();
    Params params = call.params().allow("active", "metadata");
    code.put("active", params.bool("active", code.path("active").asBoolean()));
    params.mergeMetadata(code);
    events.emit("promotion_code.updated", code, Changes.between(before, code));
    return code;
  }

  ObjectNode listCodes(Call call) {
    Params params =
        call.params()
            .allow(
                "active",
                "code",
                "coupon",
                "created",
                "customer",
                "limit",
                "starting_after",
                "ending_before");
    String code = params.text("code");
    String coupon = params.text("coupon");
    String customer = params.text("customer");
    return objects.page(
        CODE,
        "/v1/promotion_codes",
        params,
        one ->
            (code.isEmpty() || isCode(one, code))
                && (coupon.isEmpty()
                    || one.path("promotion").path("coupon").asString().equals(coupon))
                && (customer.isEmpty() || one.path("customer").asString("").equals(customer))
                && (!params.has("active") || params.bool("active", true) == usable(one)));
  }

  /// Customers don't care for capitals.
  private static boolean isCode(ObjectNode one, String code) {
    return one.path("code").asString().equalsIgnoreCase(code);
  }

  private ObjectNode shown(ObjectNode code) {
    if (!usable(code)) {
      code.put("active", false);
    }
    return code;
  }

  private boolean usable(ObjectNode code) {
    JsonNode expires = code.path("expires_at");
    return code.path("active").asBoolean()
        && !(expires.isNumber() && expires.asLong() <= objects.now());
  }

  /// The coupon that a promotion code gives to a customer, counted as taken.
  ObjectNode redeem(String id, String customer, String param) {
    ObjectNode code = objects.get(CODE, id, param);
    String only = code.path("customer").asString("");
    if (!usable(code) || !(only.isEmpty() || only.equals(customer))) {
      throw StripeError.invalid("", param, "This promotion code cannot be redeemed.");
    }
    ObjectNode before = code.deepCopy();
    count(code);
    if (code.path("times_redeemed").equals(code.path("max_redemptions"))) {
      code.put("active", false);
    }
    events.emit("promotion_code.updated", code, Changes.between(before, code));
    return coupon(code.path("promotion").path("coupon").asString(), param);
  }

  /// A coupon, counted as taken.
  ObjectNode coupon(String id, String param) {
    ObjectNode coupon = objects.get(COUPON, id, param);
    if (!coupon.path("valid").asBoolean()) {
      throw StripeError.invalid("", param, "Coupon " + id + " is not valid any more.");
    }
    count(coupon);
    if (coupon.path("times_redeemed").equals(coupon.path("max_redemptions"))) {
      coupon.put("valid", false);
    }
    return coupon;
  }

  private static void count(ObjectNode object) {
    // Read from text again after a restart, so compared as one type.
    object.put("times_redeemed", object.path("times_redeemed").asInt() + 1);
    if (object.path("max_redemptions").isNumber()) {
      object.put("max_redemptions", object.path("max_redemptions").asInt());
    }
  }

  Optional<ObjectNode> find(String coupon) {
    return objects.find(COUPON, coupon);
  }
}
