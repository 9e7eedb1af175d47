package dev.tenon.sandbox.stripe;

import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/products` and `/v1/prices`.
final class Catalog {
  private static final String[] INTERVALS = {"day", "week", "month", "year"};

  private final Objects objects;
  private final Events events;

  Catalog(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  ObjectNode createProduct(Call call) {
    Params params =
        call.params()
            .allow(
                "active",
                "default_price_data",
                "description",
                "id",
                "images",
                "marketing_features",
                "metadata",
                "name",
                "shippable",
                "statement_descriptor",
                "tax_code",
                "unit_label",
                "url");
    ObjectNode product = product(params);
    params
        .object("default_price_data")
        .ifPresent(
            data ->
                product.put(
                    "default_price",
                    price(data, product.path("id").asString()).path("id").asString()));
    return product;
  }

  private ObjectNode product(Params params) {
    String name = params.required("name");
    String id = params.text("id").isEmpty() ? objects.id("prod_") : params.text("id");
    if (objects.find("product", id).isPresent()) {
      throw StripeError.invalid("resource_already_exists", "id", "Product already exists.");
    }
    ObjectNode product =
        objects.shape(
            "product",
            id,
            """
            {"active": true, "default_price": null, "description": null, "images": [],
             "marketing_features": [], "metadata": {}, "package_dimensions": null,
             "shippable": null, "statement_descriptor": null, "tax_code": null, "type": "service",
             "unit_label": null, "url": null}
            """);
    product.put("updated", objects.now());
    product.put("name", name);
    product.put("active", params.bool("active", true));
    ArrayNode images = product.putArray("images");
    params.texts("images").forEach(images::add);
    params.copyTexts(
        product, "description", "statement_descriptor", "tax_code", "unit_label", "url");
    params.mergeMetadata(product);
    objects.add(product);
    events.emit("product.created", product);
    return product;
  }

  ObjectNode getProduct(Call call) {
    return objects.get("product", call.id());
  }

  ObjectNode updateProduct(Call call) {
    ObjectNode product = objects.get("product", call.id());
    ObjectNode before = product.deepCopy();
    Params params =
        call.params().allow("active", "default_price", "description", "metadata", "name", "url");
    params.copyTexts(product, "default_price", "description", "name", "url");
    product.put("active", params.bool("active", product.path("active").asBoolean()));
    params.mergeMetadata(product);
    product.put("updated", objects.now());
    events.emit("product.updated", product, Changes.between(before, product));
    return product;
  }

  ObjectNode listProducts(Call call) {
    Params params =
        call.params()
            .allow("active", "created", "ids", "limit", "starting_after", "ending_before", "url");
    return objects.page("product", "/v1/products", params, product -> active(params, product));
  }

  ObjectNode createPrice(Call call) {
    Params params =
        call.params()
            .allow(
                "active",
                "billing_scheme",
                "currency",
                "lookup_key",
                "metadata",
                "nickname",
                "product",
                "product_data",
                "recurring",
                "tax_behavior",
                "transfer_lookup_key",
                "unit_amount",
                "unit_amount_decimal");
    return price(params, "");
  }

  /// Makes a price from the parameters of `/v1/prices` or of a `price_data`.
  ObjectNode price(Params params, String productId) {
    String currency = params.required("currency");
    if (!currency.matches("[a-zA-Z]{3}")) {
      throw StripeError.invalid("currency", "Invalid currency: " + currency);
    }
    if (params.text("unit_amount").isEmpty()) {
      throw StripeError.missing(params.full("unit_amount"));
    }
    long amount = params.integer("unit_amount", 0, 0, 99_999_999_999L);
    ObjectNode price =
        objects.shape(
            "price",
            objects.id("price_"),
            """
            {"active": true, "billing_scheme": "per_unit", "custom_unit_amount": null,
             "lookup_key": null, "metadata": {}, "nickname": null, "recurring": null,
             "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
             "type": "one_time"}
            """);
    price.put("currency", currency.toLowerCase(java.util.Locale.ROOT));
    price.put("product", productOf(params, productId));
    price.put("unit_amount", amount);
    price.put("unit_amount_decimal", Long.toString(amount));
    price.put("active", params.bool("active", true));
    params.copyTexts(price, "lookup_key", "nickname");
    params.object("recurring").ifPresent(recurring -> recurring(price, recurring));
    params.mergeMetadata(price);
    objects.add(price);
    events.emit("price.created", price);
    return price;
  }

  private String productOf(Params params, String productId) {
    if (!productId.isEmpty()) {
      return productId;
    }
    return params
        .object("product_data")
        .map(data -> product(data).path("id").asString())
        .orElseGet(
            () -> {
              String id = params.required("product");
              return objects.get("product", id, params.full("product")).path("id").asString();
            });
  }

  private static void recurring(ObjectNode price, Params given) {
    given.allow("interval", "interval_count", "meter", "trial_period_days", "usage_type");
    given.required("interval");
    ObjectNode recurring = price.putObject("recurring");
    recurring.put("interval", given.oneOf("interval", "month", INTERVALS));
    recurring.put("interval_count", given.integer("interval_count", 1, 1, 1_095));
    recurring.putNull("meter");
    recurring.putNull("trial_period_days");
    recurring.put("usage_type", given.oneOf("usage_type", "licensed", "licensed", "metered"));
    price.put("type", "recurring");
  }

  ObjectNode getPrice(Call call) {
    return objects.get("price", call.id());
  }

  ObjectNode updatePrice(Call call) {
    ObjectNode price = objects.get("price", call.id());
    ObjectNode before = price.deepCopy();
    Params params =
        call.params().allow("active", "lookup_key", "metadata", "nickname", "tax_behavior");
    price.put("active", params.bool("active", price.path("active").asBoolean()));
    params.copyTexts(price, "lookup_key", "nickname");
    params.mergeMetadata(price);
    events.emit("price.updated", price, Changes.between(before, price));
    return price;
  }

  ObjectNode listPrices(Call call) {
    Params params =
        call.params()
            .allow(
                "active",
                "created",
                "currency",
                "limit",
                "lookup_keys",
                "product",
                "recurring",
                "type",
                "starting_after",
                "ending_before");
    String product = params.text("product");
    String type = params.text("type");
    return objects.page(
        "price",
        "/v1/prices",
        params,
        price ->
            active(params, price)
                && (product.isEmpty() || price.path("product").asString().equals(product))
                && (type.isEmpty() || price.path("type").asString().equals(type))
                && (!params.has("lookup_keys")
                    || params
                        .texts("lookup_keys")
                        .contains(price.path("lookup_key").asString(""))));
  }

  private static boolean active(Params params, ObjectNode object) {
    return !params.has("active")
        || params.bool("active", true) == object.path("active").asBoolean();
  }
}
