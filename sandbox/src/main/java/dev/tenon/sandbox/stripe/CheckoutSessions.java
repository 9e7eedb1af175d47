package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/checkout/sessions`. What happens when somebody pays is in [CheckoutPayment].
final class CheckoutSessions {
  static final String TYPE = "checkout.session";
  private static final long DAY_SECONDS = 24 * 3_600;
  private static final String[] PARAMETERS = {
    "adaptive_pricing",
    "after_expiration",
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "automatic_tax",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "consent_collection",
    "currency",
    "custom_fields",
    "custom_text",
    "customer",
    "customer_creation",
    "customer_email",
    "customer_update",
    "discounts",
    "excluded_payment_method_types",
    "expires_at",
    "invoice_creation",
    "line_items",
    "locale",
    "metadata",
    "mode",
    "payment_intent_data",
    "payment_method_collection",
    "payment_method_configuration",
    "payment_method_options",
    "phone_number_collection",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "submit_type",
    "subscription_data",
    "success_url",
    "tax_id_collection",
    "ui_mode"
  };

  private final Objects objects;
  private final Events events;
  private final Catalog catalog;
  private final SetupIntents setups;
  private final Supplier<URI> address;

  CheckoutSessions(
      Objects objects, Events events, Catalog catalog, SetupIntents setups, Supplier<URI> address) {
    this.setups = setups;
    this.objects = objects;
    this.events = events;
    this.catalog = catalog;
    this.address = address;
  }

  ObjectNode create(Call call) {
    Params params = call.params();
    if (params.has("payment_method_types")) {
      throw StripeError.invalid(
          "payment_method_types_no_longer_supported",
          "payment_method_types",
          "payment_method_types is no longer supported. Send nothing for dynamic payment methods,"
              + " or allowed_payment_method_types.");
    }
    params.allow(PARAMETERS);
    String mode = mode(params);
    String uiMode =
        params.oneOf("ui_mode", "hosted_page", "hosted_page", "embedded_page", "elements", "form");
    boolean hosted = uiMode.equals("hosted_page");
    ObjectNode session = objects.shape(TYPE, objects.id("cs_test_"), CheckoutPayment.SHAPE);
    session.put("mode", mode);
    session.put("ui_mode", uiMode);
    if (hosted) {
      url(params, "success_url", true);
      session.put("url", address.get() + "/c/pay/" + session.path("id").asString());
    } else {
      session.put("client_secret", session.path("id").asString() + "_secret_" + objects.token(24));
    }
    url(params, "cancel_url", false);
    url(params, "return_url", false);
    params.copyTexts(
        session,
        "cancel_url",
        "client_reference_id",
        "customer_email",
        "locale",
        "return_url",
        "submit_type",
        "success_url");
    session.put(
        "billing_address_collection",
        params.oneOf("billing_address_collection", "auto", "auto", "required"));
    session.put("allow_promotion_codes", params.bool("allow_promotion_codes", false));
    session.put(
        "expires_at",
        params.integer(
            "expires_at",
            objects.now() + DAY_SECONDS,
            objects.now() + 30 * 60,
            objects.now() + DAY_SECONDS));
    customer(session, params);
    params.mergeMetadata(session);
    if (mode.equals("setup")) {
      setup(session, params);
    } else {
      lineItems(session, params, mode);
    }
    for (String later : new String[] {"subscription_data", "payment_intent_data"}) {
      hold(session, params, later);
    }
    return objects.add(session);
  }

  /// Opens another session like one that has ended, so that whoever tries things out can pay again
  /// without an API call.
  ObjectNode repeat(String id) {
    ObjectNode ended = find(id);
    ObjectNode fields = Json.object();
    for (String name :
        new String[] {
          "mode", "success_url", "cancel_url", "client_reference_id", "customer_email"
        }) {
      if (!ended.path(name).asString("").isEmpty()) {
        fields.set(name, ended.path(name));
      }
    }
    if (!fields.has("customer_email") && !ended.path("customer").asString("").isEmpty()) {
      fields.set("customer", ended.path("customer"));
    }
    ArrayNode items = fields.putArray("line_items");
    for (JsonNode line : lines(id)) {
      ObjectNode item = items.addObject();
      item.put("price", line.path("price").path("id").asString());
      item.put("quantity", Long.toString(line.path("quantity").asLong()));
    }
    if (!ended.path("metadata").isEmpty()) {
      fields.set("metadata", ended.path("metadata").deepCopy());
    }
    for (String name : new String[] {"subscription_data", "payment_intent_data"}) {
      objects.find(name, id).ifPresent(held -> fields.set(name, held.get("fields").deepCopy()));
    }
    return create(new Call("", new Params(fields, ""), "", "", ""));
  }

  private static String mode(Params params) {
    String mode = params.oneOf("mode", "", "payment", "setup", "subscription");
    if (mode.isEmpty()) {
      throw StripeError.missing("mode");
    }
    if (params.has("subscription_data") && !mode.equals("subscription")) {
      throw StripeError.invalid(
          "subscription_data", "You can only use subscription_data in subscription mode.");
    }
    if (params.has("setup_intent_data") && !mode.equals("setup")) {
      throw StripeError.invalid(
          "setup_intent_data", "You can only use setup_intent_data in setup mode.");
    }
    if (params.has("payment_intent_data") && !mode.equals("payment")) {
      throw StripeError.invalid(
          "payment_intent_data", "You can only use payment_intent_data in payment mode.");
    }
    return mode;
  }

  private static void url(Params params, String key, boolean required) {
    String text = required ? params.required(key) : params.text(key);
    if (!text.isEmpty() && !text.matches("https?://[^\\s<>\"]+")) {
      throw StripeError.invalid("url_invalid", key, "Not a valid URL: " + key);
    }
  }

  private void customer(ObjectNode session, Params params) {
    String customer = params.text("customer");
    if (customer.isEmpty()) {
      session.put(
          "customer_creation",
          params.oneOf("customer_creation", "if_required", "always", "if_required"));
      return;
    }
    if (params.has("customer_email")) {
      throw StripeError.invalid(
          "customer_email",
          "You may only specify one of these parameters: customer, customer_email.");
    }
    session.put("customer", objects.get("customer", customer, "customer").path("id").asString());
  }

  /// Without a list of payment methods, the currency says which there are.
  private void setup(ObjectNode session, Params params) {
    session.put("currency", params.required("currency").toLowerCase(java.util.Locale.ROOT));
    ObjectNode metadata =
        params.object("setup_intent_data").map(Params::metadata).orElseGet(Json::object);
    ObjectNode intent = setups.make(session.path("customer").asString(""), metadata);
    session.set("setup_intent", intent.path("id"));
    setups.announce(intent);
  }

  private void hold(ObjectNode session, Params params, String name) {
    params
        .object(name)
        .ifPresent(
            given -> {
              ObjectNode held = Json.object();
              held.put("id", session.path("id").asString());
              held.put("object", name);
              held.set("fields", given.fields().deepCopy());
              objects.add(held);
            });
  }

  private void lineItems(ObjectNode session, Params params, String mode) {
    List<Params> given = params.objects("line_items");
    if (given.isEmpty()) {
      throw StripeError.missing("line_items");
    }
    if (given.size() > 100) {
      throw StripeError.invalid("line_items", "A session can have at most 100 line items.");
    }
    String id = session.path("id").asString();
    ObjectNode held = Json.object();
    held.put("id", id);
    held.put("object", "line_items");
    ObjectNode list = held.putObject("list");
    list.put("object", "list");
    list.put("has_more", false);
    list.put("url", "/v1/checkout/sessions/" + id + "/line_items");
    ArrayNode data = list.putArray("data");
    long total = 0;
    boolean recurring = false;
    for (Params item : given) {
      item.allow(
          "adjustable_quantity",
          "dynamic_tax_rates",
          "price",
          "price_data",
          "quantity",
          "tax_rates");
      ObjectNode price =
          item.object("price_data")
              .map(priceData -> catalog.price(priceData, ""))
              .orElseGet(() -> objects.get("price", item.required("price"), item.full("price")));
      recurring |= price.path("type").asString().equals("recurring");
      long quantity = item.integer("quantity", 1, 1, 1_000_000);
      long amount = price.path("unit_amount").asLong() * quantity;
      total += amount;
      data.add(line(price, quantity, amount));
    }
    if (recurring != mode.equals("subscription")) {
      throw StripeError.invalid(
          "mode",
          recurring
              ? "You must use subscription mode with a recurring price."
              : "You must provide at least one recurring price in subscription mode.");
    }
    StripeError.refuseTooLarge(total);
    objects.add(held);
    session.put("amount_subtotal", total);
    session.put("amount_total", total);
    session.set("currency", data.path(0).path("currency"));
  }

  private ObjectNode line(ObjectNode price, long quantity, long amount) {
    ObjectNode line = Json.object();
    line.put("id", objects.id("li_"));
    line.put("object", "item");
    line.put("amount_discount", 0);
    line.put("amount_subtotal", amount);
    line.put("amount_tax", 0);
    line.put("amount_total", amount);
    line.set("currency", price.path("currency"));
    line.put(
        "description",
        objects
            .find("product", price.path("product").asString())
            .map(product -> product.path("name").asString())
            .orElse(""));
    line.set("price", price.deepCopy());
    line.put("quantity", quantity);
    return line;
  }

  ObjectNode get(Call call) {
    return find(call.id());
  }

  /// The session; one that has run out is expired first.
  ObjectNode find(String id) {
    ObjectNode session = objects.get(TYPE, id);
    if (session.path("status").asString().equals("open")
        && session.path("expires_at").asLong() <= objects.now()) {
      close(session);
    }
    return session;
  }

  ObjectNode list(Call call) {
    Params params =
        call.params()
            .allow(
                "created",
                "customer",
                "customer_details",
                "limit",
                "payment_intent",
                "status",
                "subscription",
                "starting_after",
                "ending_before");
    return objects.page(
        TYPE,
        "/v1/checkout/sessions",
        params,
        session ->
            List.of("customer", "payment_intent", "status", "subscription").stream()
                .allMatch(
                    field ->
                        params.text(field).isEmpty()
                            || params.text(field).equals(session.path(field).asString(""))));
  }

  ObjectNode lineItemsOf(Call call) {
    objects.get(TYPE, call.id());
    return objects
        .find("line_items", call.id())
        .map(held -> (ObjectNode) held.get("list"))
        .orElseGet(() -> objects.page(List.of(), "", call.params(), item -> true));
  }

  ObjectNode expire(Call call) {
    call.params().allow();
    ObjectNode session = find(call.id());
    if (!session.path("status").asString().equals("open")) {
      throw StripeError.invalid(
          "", "Only Checkout Sessions with a status in [\"open\"] can be expired.");
    }
    close(session);
    return session;
  }

  private void close(ObjectNode session) {
    session.put("status", "expired");
    session.putNull("url");
    events.emit("checkout.session.expired", session);
  }

  /// The lines that the hosted page shows.
  List<JsonNode> lines(String id) {
    return objects
        .find("line_items", id)
        .map(held -> held.path("list").path("data").valueStream().toList())
        .orElseGet(List::of);
  }
}
