package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/customers`. A deleted customer can still be retrieved, as a stub that says so.
final class Customers {
  private static final String TYPE = "customer";

  private static final List<String> FIELDS =
      List.of(
          "address",
          "balance",
          "description",
          "email",
          "invoice_prefix",
          "invoice_settings",
          "metadata",
          "name",
          "next_invoice_sequence",
          "payment_method",
          "phone",
          "preferred_locales",
          "shipping",
          "source",
          "tax",
          "tax_exempt");

  private final Objects objects;
  private final Events events;
  private final Cancellations cancellations;

  Customers(Objects objects, Events events, Cancellations cancellations) {
    this.objects = objects;
    this.events = events;
    this.cancellations = cancellations;
  }

  ObjectNode create(Call call) {
    Params params = allow(call.params(), "test_clock");
    ObjectNode customer = shape(objects);
    if (params.has("test_clock")) {
      customer.set(
          "test_clock",
          objects.get(TestClocks.TYPE, params.text("test_clock"), "test_clock").path("id"));
    }
    set(customer, params);
    objects.add(customer);
    events.emit("customer.created", customer);
    return customer;
  }

  static ObjectNode shape(Objects objects) {
    ObjectNode customer =
        objects.shape(
            TYPE,
            objects.id("cus_"),
            """
            {"address": null, "balance": 0, "currency": null, "customer_account": null,
             "default_source": null, "delinquent": false, "description": null, "discount": null,
             "email": null,
             "invoice_settings": {"custom_fields": null, "default_payment_method": null,
               "footer": null, "rendering_options": null},
             "metadata": {}, "name": null, "next_invoice_sequence": 1, "phone": null,
             "preferred_locales": [], "shipping": null, "tax_exempt": "none", "test_clock": null}
            """);
    customer.put("invoice_prefix", objects.token(8).toUpperCase(java.util.Locale.ROOT));
    return customer;
  }

  ObjectNode get(Call call) {
    return objects
        .find("deleted_customer", call.id())
        .map(ObjectNode::deepCopy)
        .map(
            stub -> {
              stub.put("object", TYPE);
              return stub;
            })
        .orElseGet(() -> objects.get(TYPE, call.id()));
  }

  ObjectNode update(Call call) {
    ObjectNode customer = objects.get(TYPE, call.id());
    ObjectNode before = customer.deepCopy();
    set(customer, allow(call.params()));
    events.emit("customer.updated", customer, Changes.between(before, customer));
    return customer;
  }

  ObjectNode delete(Call call) {
    ObjectNode customer = objects.get(TYPE, call.id());
    for (ObjectNode subscription : objects.list("subscription")) {
      if (subscription.path("customer").asString().equals(call.id())) {
        cancellations.end(subscription);
      }
    }
    objects.remove(TYPE, call.id());
    ObjectNode stub = Json.object();
    stub.put("id", call.id());
    stub.put("object", "deleted_customer");
    stub.put("deleted", true);
    objects.add(stub);
    events.emit("customer.deleted", customer);
    return get(call);
  }

  ObjectNode list(Call call) {
    Params params =
        call.params()
            .allow("email", "created", "limit", "starting_after", "ending_before", "test_clock");
    String email = params.text("email");
    String clock = params.text("test_clock");
    return objects.page(
        TYPE,
        "/v1/customers",
        params,
        customer ->
            (email.isEmpty() || email.equals(customer.path("email").asString("")))
                && (clock.isEmpty() || clock.equals(customer.path("test_clock").asString(""))));
  }

  private static Params allow(Params params, String... more) {
    List<String> names = new ArrayList<>(List.of(more));
    names.addAll(FIELDS);
    return params.allow(names.toArray(String[]::new));
  }

  private static void set(ObjectNode customer, Params params) {
    String email = params.text("email");
    if (!email.isEmpty() && (!email.contains("@") || email.length() > 512)) {
      throw StripeError.invalid("email_invalid", "email", "Invalid email address: " + email);
    }
    params.copyTexts(customer, "description", "email", "name", "phone");
    if (params.has("tax_exempt")) {
      customer.put("tax_exempt", params.oneOf("tax_exempt", "none", "none", "exempt", "reverse"));
    }
    for (String field : new String[] {"address", "shipping"}) {
      params.object(field).ifPresent(given -> customer.set(field, given.fields().deepCopy()));
    }
    params
        .object("invoice_settings")
        .ifPresent(
            given ->
                given.copyTexts(
                    (ObjectNode) customer.get("invoice_settings"),
                    "default_payment_method",
                    "footer"));
    String method = params.text("payment_method");
    if (!method.isEmpty()) {
      ((ObjectNode) customer.get("invoice_settings")).put("default_payment_method", method);
    }
    params.mergeMetadata(customer);
  }
}
