package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `/v1/invoices`, one for each period of a subscription.
///
/// Making or paying an invoice and telling the world are apart, since a checkout has its own order
/// of events.
final class Invoices {
  private static final String TYPE = "invoice";

  private final Objects objects;
  private final Events events;
  private final Payments payments;
  private final Discounts discounts;
  private final Supplier<URI> address;

  Invoices(
      Objects objects,
      Events events,
      Payments payments,
      Discounts discounts,
      Supplier<URI> address) {
    this.objects = objects;
    this.events = events;
    this.payments = payments;
    this.discounts = discounts;
    this.address = address;
  }

  /// A finalised invoice and how it looked as a draft.
  record Opened(ObjectNode draft, ObjectNode invoice) {}

  Opened open(ObjectNode subscription, String reason, boolean free) {
    ObjectNode invoice =
        objects.shape(
            TYPE,
            objects.id("in_"),
            """
            {"account_country": "US", "account_name": "Sandbox", "account_tax_ids": null,
             "amount_overpaid": 0, "amount_paid": 0, "amount_shipping": 0, "application": null,
             "attempt_count": 0, "attempted": false, "auto_advance": true,
             "automatic_tax": {"disabled_reason": null, "enabled": false, "liability": null,
               "provider": null, "status": null},
             "automatically_finalizes_at": null, "collection_method": "charge_automatically",
             "custom_fields": null, "customer_account": null, "customer_address": null,
             "customer_email": null, "customer_name": null, "customer_phone": null,
             "customer_shipping": null, "customer_tax_exempt": "none", "customer_tax_ids": [],
             "default_payment_method": null, "default_source": null, "default_tax_rates": [],
             "description": null, "discounts": [], "due_date": null, "effective_at": null,
             "ending_balance": null, "footer": null, "from_invoice": null,
             "hosted_invoice_url": null, "invoice_pdf": null, "issuer": {"type": "self"},
             "last_finalization_error": null, "latest_revision": null, "metadata": {},
             "next_payment_attempt": null, "number": null, "on_behalf_of": null,
             "payment_settings": {"default_mandate": null, "payment_method_options": null,
               "payment_method_types": null},
             "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0,
             "receipt_number": null, "rendering": null, "shipping_cost": null,
             "shipping_details": null, "starting_balance": 0, "statement_descriptor": null,
             "status": "draft",
             "status_transitions": {"finalized_at": null, "marked_uncollectible_at": null,
               "paid_at": null, "voided_at": null},
             "test_clock": null, "total_discount_amounts": [], "total_pretax_credit_amounts": [],
             "total_taxes": [], "webhooks_delivered_at": null}
            """);
    invoice.put("billing_reason", reason);
    String customerId = subscription.path("customer").asString();
    invoice.put("customer", customerId);
    objects
        .find("customer", customerId)
        .ifPresent(
            customer -> {
              invoice.set("customer_email", customer.path("email"));
              invoice.set("customer_name", customer.path("name"));
            });
    invoice.set("currency", subscription.path("currency"));
    JsonNode first = subscription.path("items").path("data").path(0);
    invoice.set("period_start", first.path("current_period_start"));
    invoice.set("period_end", first.path("current_period_end"));
    ObjectNode parent = invoice.putObject("parent");
    parent.put("type", "subscription_details");
    parent.putNull("quote_details");
    ObjectNode details = parent.putObject("subscription_details");
    details.set("metadata", subscription.path("metadata").deepCopy());
    details.put("subscription", subscription.path("id").asString());
    long subtotal = lines(invoice, subscription, free);
    long total = discounts.apply(invoice, subscription, subtotal);
    put(invoice, subtotal, "subtotal", "subtotal_excluding_tax");
    put(invoice, total, "amount_due", "amount_remaining", "total", "total_excluding_tax");
    ObjectNode draft = invoice.deepCopy();
    finalise(invoice, total, customerId);
    return new Opened(draft, objects.add(invoice));
  }

  private static void put(ObjectNode invoice, long amount, String... fields) {
    for (String field : fields) {
      invoice.put(field, amount);
    }
  }

  private void finalise(ObjectNode invoice, long total, String customer) {
    invoice.put("status", "open");
    invoice.put("effective_at", objects.now());
    invoice.put(
        "hosted_invoice_url", address.get() + InvoicePage.PATH + invoice.path("id").asString());
    invoice.put("number", objects.token(8).toUpperCase(java.util.Locale.ROOT) + "-0001");
    ((ObjectNode) invoice.get("status_transitions")).put("finalized_at", objects.now());
    if (total > 0) {
      ObjectNode intent =
          payments.intent(total, invoice.path("currency").asString(), customer, Json.object());
      ObjectNode payment =
          objects.shape(
              "invoice_payment",
              objects.id("inpay_"),
              """
              {"amount_paid": null, "is_default": true, "status": "open",
               "status_transitions": {"canceled_at": null, "paid_at": null}}
              """);
      payment.put("amount_requested", total);
      payment.set("currency", invoice.path("currency"));
      payment.put("invoice", invoice.path("id").asString());
      ObjectNode by = payment.putObject("payment");
      by.put("type", "payment_intent");
      by.put("payment_intent", intent.path("id").asString());
      objects.add(payment);
    }
  }

  private long lines(ObjectNode invoice, ObjectNode subscription, boolean free) {
    ObjectNode lines = invoice.putObject("lines");
    lines.put("object", "list");
    lines.put("has_more", false);
    lines.put("url", "/v1/invoices/" + invoice.path("id").asString() + "/lines");
    ArrayNode data = lines.putArray("data");
    long total = 0;
    for (JsonNode item : subscription.path("items").path("data")) {
      JsonNode price = item.path("price");
      long quantity = item.path("quantity").asLong(1);
      long amount = free ? 0 : price.path("unit_amount").asLong(0) * quantity;
      total += amount;
      ObjectNode line =
          Json.readObject(
              """
              {"object": "line_item", "discount_amounts": [], "discountable": true,
               "discounts": [], "livemode": false, "metadata": {}, "pretax_credit_amounts": [],
               "taxes": []}
              """
                  .getBytes(java.nio.charset.StandardCharsets.UTF_8));
      line.put("id", objects.id("il_"));
      line.put("invoice", invoice.path("id").asString());
      line.put("amount", amount);
      line.put("subtotal", amount);
      line.put("quantity", quantity);
      line.set("currency", price.path("currency"));
      line.put("description", quantity + " × " + productName(price) + Amounts.each(price));
      ObjectNode period = line.putObject("period");
      period.set("start", item.path("current_period_start"));
      period.set("end", item.path("current_period_end"));
      ObjectNode parent = line.putObject("parent");
      parent.put("type", "subscription_item_details");
      parent.putNull("invoice_item_details");
      ObjectNode details = parent.putObject("subscription_item_details");
      details.putNull("invoice_item");
      details.put("proration", false);
      details.putNull("proration_details");
      details.put("subscription", subscription.path("id").asString());
      details.set("subscription_item", item.path("id"));
      ObjectNode pricing = line.putObject("pricing");
      pricing.put("type", "price_details");
      pricing.set("unit_amount_decimal", price.path("unit_amount_decimal"));
      ObjectNode priced = pricing.putObject("price_details");
      priced.set("price", price.path("id"));
      priced.set("product", price.path("product"));
      data.add(line);
    }
    return total;
  }

  private String productName(JsonNode price) {
    return objects
        .find("product", price.path("product").asString(""))
        .map(product -> product.path("name").asString())
        .orElse("Plan");
  }

  void announceOpened(Opened opened) {
    events.emit("invoice.created", opened.draft());
    events.emit("invoice.finalized", opened.invoice());
  }

  /// Pays an open invoice with a card of the customer. Nothing is emitted.
  void settle(ObjectNode invoice, String paymentMethod) {
    invoice.put("status", "paid");
    invoice.put("amount_paid", invoice.path("amount_due").asLong());
    invoice.put("amount_remaining", 0);
    invoice.put("attempted", true);
    invoice.put("attempt_count", invoice.path("attempt_count").asInt() + 1);
    invoice.put("auto_advance", false);
    invoice.putNull("next_payment_attempt");
    ((ObjectNode) invoice.get("status_transitions")).put("paid_at", objects.now());
    payment(invoice)
        .ifPresent(
            payment -> {
              payment.put("status", "paid");
              payment.set("amount_paid", payment.path("amount_requested"));
              ((ObjectNode) payment.get("status_transitions")).put("paid_at", objects.now());
            });
    intent(invoice).ifPresent(intent -> payments.succeed(intent, paymentMethod));
  }

  void announcePaid(ObjectNode invoice) {
    events.emit("invoice.paid", invoice);
    events.emit("invoice.payment_succeeded", invoice);
    payment(invoice).ifPresent(payment -> events.emit("invoice_payment.paid", payment));
    intent(invoice).ifPresent(payments::announceSuccess);
  }

  /// An attempt fails; the invoice stays open and is tried again in three days.
  void fail(ObjectNode invoice) {
    invoice.put("attempted", true);
    invoice.put("attempt_count", invoice.path("attempt_count").asInt() + 1);
    invoice.put("next_payment_attempt", objects.now() + 3 * 24 * 3_600);
    intent(invoice).ifPresent(payments::decline);
    events.emit("invoice.payment_failed", invoice);
  }

  /// The bank wants the customer to confirm the payment.
  void requireAction(ObjectNode invoice) {
    intent(invoice)
        .ifPresent(
            intent -> {
              intent.put("status", "requires_action");
              intent.putObject("next_action").put("type", "use_stripe_sdk");
              events.emit("payment_intent.requires_action", intent);
            });
    events.emit("invoice.payment_action_required", invoice);
  }

  private Optional<ObjectNode> payment(ObjectNode invoice) {
    return objects.list("invoice_payment").stream()
        .filter(p -> p.path("invoice").asString().equals(invoice.path("id").asString()))
        .findFirst();
  }

  /// The invoice that a payment intent is for; empty for a single payment.
  Optional<ObjectNode> ofIntent(String intent) {
    return objects.list("invoice_payment").stream()
        .filter(p -> p.path("payment").path("payment_intent").asString("").equals(intent))
        .findFirst()
        .flatMap(p -> objects.find(TYPE, p.path("invoice").asString()));
  }

  static String subscriptionOf(ObjectNode invoice) {
    return invoice.path("parent").path("subscription_details").path("subscription").asString("");
  }

  Optional<ObjectNode> intent(ObjectNode invoice) {
    return payment(invoice)
        .flatMap(
            p ->
                objects.find(
                    "payment_intent", p.path("payment").path("payment_intent").asString()));
  }

  ObjectNode get(Call call) {
    return objects.get(TYPE, call.id());
  }

  ObjectNode list(Call call) {
    Params params =
        call.params()
            .allow(
                "customer",
                "collection_method",
                "created",
                "limit",
                "status",
                "subscription",
                "starting_after",
                "ending_before");
    String customer = params.text("customer");
    String status = params.text("status");
    String subscription = params.text("subscription");
    return objects.page(
        TYPE,
        "/v1/invoices",
        params,
        invoice ->
            (customer.isEmpty() || invoice.path("customer").asString().equals(customer))
                && (status.isEmpty() || invoice.path("status").asString().equals(status))
                && (subscription.isEmpty()
                    || invoice
                        .path("parent")
                        .path("subscription_details")
                        .path("subscription")
                        .asString()
                        .equals(subscription)));
  }
}
