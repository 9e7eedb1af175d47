package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
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

  private static final List<Integer> RETRY_DAYS = List.of(3, 5, 7);

  private final Objects objects;
  private final Events events;
  private final Payments payments;
  private final Discounts discounts;
  private final PendingItems pending;
  private final Supplier<URI> address;

  Invoices(
      Objects objects,
      Events events,
      Payments payments,
      Discounts discounts,
      PendingItems pending,
      Supplier<URI> address) {
    this.objects = objects;
    this.events = events;
    this.payments = payments;
    this.discounts = discounts;
    this.pending = pending;
    this.address = address;
  }

  /// A finalised invoice and how it looked as a draft.
  record Opened(ObjectNode draft, ObjectNode invoice) {}

  /// A finalised invoice of these lines, with what waits for it.
  Opened open(ObjectNode subscription, String reason, List<ObjectNode> lines) {
    List<ObjectNode> all = new ArrayList<>(pending.waiting(subscription));
    all.addAll(lines);
    ObjectNode invoice = build(objects.id("in_"), subscription, reason, all);
    pending.taken(all, invoice.path("id").asString());
    ObjectNode draft = invoice.deepCopy();
    finalise(invoice);
    return new Opened(draft, objects.add(invoice));
  }

  /// The invoice of a period whose collection is paused, as `behavior` has it; announced.
  ObjectNode openPaused(ObjectNode subscription, List<ObjectNode> lines, String behavior) {
    ObjectNode invoice = build(objects.id("in_"), subscription, "subscription_cycle", lines);
    invoice.put("auto_advance", false);
    objects.add(invoice);
    events.emit("invoice.created", invoice);
    if (behavior.equals("keep_as_draft")) {
      return invoice;
    }
    finalise(invoice);
    events.emit("invoice.finalized", invoice);
    boolean isVoid = behavior.equals("void");
    invoice.put("status", isVoid ? "void" : "uncollectible");
    ((ObjectNode) invoice.get("status_transitions"))
        .put(isVoid ? "voided_at" : "marked_uncollectible_at", objects.now());
    events.emit(isVoid ? "invoice.voided" : "invoice.marked_uncollectible", invoice);
    return invoice;
  }

  /// What an invoice of these lines would be; it is kept nowhere.
  ObjectNode preview(ObjectNode subscription, String reason, List<ObjectNode> lines) {
    return build(objects.id("upcoming_in_"), subscription, reason, lines);
  }

  private ObjectNode build(
      String id, ObjectNode subscription, String reason, List<ObjectNode> lines) {
    ObjectNode invoice =
        objects.shape(
            TYPE,
            id,
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
              invoice.set("test_clock", customer.path("test_clock"));
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
    long subtotal = lines(invoice, lines);
    long total = discounts.apply(invoice, subscription, subtotal);
    // What is less than nothing stays with the customer, for the invoices to come.
    long balance =
        objects.find("customer", customerId).map(c -> c.path("balance").asLong()).orElse(0L);
    long due = Math.max(0, total + balance);
    StripeError.refuseTooLarge(due);
    put(invoice, subtotal, "subtotal", "subtotal_excluding_tax");
    put(invoice, total, "total", "total_excluding_tax");
    put(invoice, due, "amount_due", "amount_remaining");
    invoice.put("starting_balance", balance);
    invoice.put("ending_balance", Math.min(0, total + balance));
    return invoice;
  }

  private static void put(ObjectNode invoice, long amount, String... fields) {
    for (String field : fields) {
      invoice.put(field, amount);
    }
  }

  private void finalise(ObjectNode invoice) {
    long total = invoice.path("amount_due").asLong();
    String customer = invoice.path("customer").asString();
    balance(customer, invoice.path("ending_balance").asLong());
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

  private void balance(String customer, long balance) {
    objects
        .find("customer", customer)
        .filter(found -> found.path("balance").asLong() != balance)
        .ifPresent(
            found -> {
              ObjectNode before = found.deepCopy();
              found.put("balance", balance);
              events.emit("customer.updated", found, Changes.between(before, found));
            });
  }

  private static long lines(ObjectNode invoice, List<ObjectNode> given) {
    ObjectNode lines = invoice.putObject("lines");
    lines.put("object", "list");
    lines.put("has_more", false);
    lines.put("url", "/v1/invoices/" + invoice.path("id").asString() + "/lines");
    ArrayNode data = lines.putArray("data");
    long total = 0;
    for (ObjectNode line : given) {
      line.set("invoice", invoice.path("id"));
      total += line.path("amount").asLong();
      data.add(line);
    }
    return total;
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

  /// An attempt fails; the invoice stays open and is tried again 3, 5 and 7 days later.
  void fail(ObjectNode invoice) {
    invoice.put("attempted", true);
    invoice.put("attempt_count", invoice.path("attempt_count").asInt() + 1);
    int tries = invoice.path("attempt_count").asInt();
    if (tries <= RETRY_DAYS.size()) {
      invoice.put("next_payment_attempt", objects.now() + RETRY_DAYS.get(tries - 1) * 24L * 3_600);
    } else {
      invoice.putNull("next_payment_attempt");
    }
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
