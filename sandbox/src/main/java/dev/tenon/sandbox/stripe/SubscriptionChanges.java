package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/// What a change of a subscription's items costs: on the next invoice, at once, or never, as
/// `proration_behavior` says; and `POST /v1/invoices/create_preview`, which only says so.
final class SubscriptionChanges {
  /// Nothing is prorated before the first payment and in a trial.
  private static final Set<String> BILLED = Set.of("active", "past_due", "unpaid");

  private final Objects objects;
  private final Invoices invoices;
  private final InvoiceLines lines;
  private final PendingItems pending;
  private final SubscriptionItems items;

  SubscriptionChanges(
      Objects objects,
      Invoices invoices,
      InvoiceLines lines,
      PendingItems pending,
      SubscriptionItems items) {
    this.objects = objects;
    this.invoices = invoices;
    this.lines = lines;
    this.pending = pending;
    this.items = items;
  }

  /// Bills what was changed. An invoice of its own is paid with the subscription's card, unless the
  /// bank refuses or the customer is to confirm; it is announced by [#announce].
  Optional<Invoices.Opened> bill(ObjectNode before, ObjectNode after, Params params) {
    String behavior = behavior(params);
    String payment =
        params.oneOf(
            "payment_behavior",
            "allow_incomplete",
            "allow_incomplete",
            "default_incomplete",
            "error_if_incomplete");
    List<ObjectNode> cost = cost(before, after, params, behavior);
    if (cost.isEmpty()) {
      return Optional.empty();
    }
    if (!atOnce(before, after, behavior)) {
      pending.keep(after, cost);
      return Optional.empty();
    }
    Invoices.Opened opened = invoices.open(after, "subscription_update", cost);
    after.set("latest_invoice", opened.invoice().path("id"));
    String card = card(after);
    boolean due = opened.invoice().path("amount_due").asLong() > 0;
    if (due && card.isEmpty() && !payment.equals("default_incomplete")) {
      throw StripeError.invalid(
          "resource_missing",
          "",
          "This customer has no attached payment source or default payment method.");
    }
    Optional<StripeError> refusal = due ? TestCards.refusal(card) : Optional.empty();
    if (refusal.isPresent() && payment.equals("error_if_incomplete")) {
      throw refusal.get();
    }
    if (refusal.isPresent() || (due && payment.equals("default_incomplete"))) {
      after.put("status", "past_due");
    } else {
      invoices.settle(opened.invoice(), card);
    }
    return Optional.of(opened);
  }

  private static String behavior(Params params) {
    String behavior =
        params.oneOf(
            "proration_behavior",
            "create_prorations",
            "always_invoice",
            "create_prorations",
            "none");
    if (behavior.equals("none") && !params.text("proration_date").isEmpty()) {
      throw StripeError.invalid(
          params.full("proration_date"),
          "You cannot pass proration_date when proration_behavior is none.");
    }
    return behavior;
  }

  private List<ObjectNode> cost(
      ObjectNode before, ObjectNode after, Params params, String behavior) {
    if (!BILLED.contains(before.path("status").asString())) {
      return List.of();
    }
    long start = Subscriptions.data(before).path(0).path("current_period_start").asLong();
    long at =
        params.integer("proration_date", objects.now(), start, SubscriptionItems.periodEnd(before));
    return lines.ofChange(before, after, at, !behavior.equals("none"));
  }

  /// A new interval is invoiced at once, whatever was asked for.
  private static boolean atOnce(ObjectNode before, ObjectNode after, String behavior) {
    return behavior.equals("always_invoice")
        || InvoiceLines.isNewPeriod(
            Subscriptions.data(before).path(0), Subscriptions.data(after).path(0));
  }

  /// What pays for a subscription: its own card, else its customer's; empty for none.
  String card(ObjectNode subscription) {
    String own = subscription.path("default_payment_method").asString("");
    return own.isEmpty()
        ? objects
            .find("customer", subscription.path("customer").asString())
            .map(c -> c.path("invoice_settings").path("default_payment_method").asString(""))
            .orElse("")
        : own;
  }

  /// Tells of an invoice that a change led to, and of what became of it.
  void announce(Invoices.Opened opened) {
    invoices.announceOpened(opened);
    ObjectNode invoice = opened.invoice();
    if (invoice.path("status").asString().equals("paid")) {
      invoices.announcePaid(invoice);
    } else if (TestCards.refusal(card(subscription(invoice))).isPresent()) {
      invoices.fail(invoice);
    }
  }

  private ObjectNode subscription(ObjectNode invoice) {
    return objects.get("subscription", Invoices.subscriptionOf(invoice));
  }

  ObjectNode preview(Call call) {
    Params params =
        call.params()
            .allow(
                "automatic_tax",
                "currency",
                "customer",
                "preview_mode",
                "subscription",
                "subscription_details");
    Params details =
        params
            .object("subscription_details")
            .orElseGet(() -> new Params(Json.object(), "subscription_details"));
    details.allow(
        "cancel_at",
        "cancel_at_period_end",
        "items",
        "proration_behavior",
        "proration_date",
        "trial_end");
    String id = params.text("subscription");
    return id.isEmpty()
        ? previewNew(params.required("customer"), details)
        : previewChange(objects.get("subscription", id, "subscription"), details);
  }

  private ObjectNode previewNew(String customer, Params details) {
    ObjectNode subscription =
        objects.shape("subscription", objects.id("sub_"), SubscriptionItems.SHAPE);
    subscription.set("customer", objects.get("customer", customer, "customer").path("id"));
    if (details.objects("items").isEmpty()) {
      throw StripeError.missing("subscription_details[items]");
    }
    items.create(subscription, details.objects("items"), 0);
    return invoices.preview(
        subscription, "subscription_create", lines.ofPeriod(subscription, false));
  }

  private ObjectNode previewChange(ObjectNode subscription, Params details) {
    ObjectNode after = subscription.deepCopy();
    items.update(after, details.objects("items"));
    String behavior = behavior(details);
    List<ObjectNode> all = new ArrayList<>(pending.waiting(subscription));
    all.addAll(cost(subscription, after, details, behavior));
    if (!all.isEmpty() && atOnce(subscription, after, behavior)) {
      return invoices.preview(after, "subscription_update", all);
    }
    boolean ends =
        Subscriptions.hasEnded(subscription)
            || (subscription.path("cancel_at").isNumber()
                && subscription.path("cancel_at").asLong()
                    <= SubscriptionItems.periodEnd(subscription));
    if (ends && all.isEmpty()) {
      throw StripeError.invalid(
          "invoice_upcoming_none",
          "",
          "No upcoming invoices for customer: " + subscription.path("customer").asString());
    }
    if (!ends) {
      items.nextPeriod(after);
      all.addAll(lines.ofPeriod(after, false));
    }
    return invoices.preview(after, "upcoming", all);
  }
}
