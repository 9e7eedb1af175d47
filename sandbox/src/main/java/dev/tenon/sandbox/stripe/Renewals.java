package dev.tenon.sandbox.stripe;

import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What the calendar and the bank do to subscriptions.
final class Renewals {
  private final Objects objects;
  private final Events events;
  private final Invoices invoices;
  private final InvoiceLines lines;
  private final Payments payments;
  private final Discounts discounts;
  private final SubscriptionItems items;
  private final Cancellations cancellations;
  private final SubscriptionChanges changes;

  Renewals(
      Objects objects,
      Events events,
      Invoices invoices,
      InvoiceLines lines,
      Payments payments,
      Discounts discounts,
      SubscriptionItems items,
      Cancellations cancellations,
      SubscriptionChanges changes) {
    this.objects = objects;
    this.events = events;
    this.invoices = invoices;
    this.lines = lines;
    this.payments = payments;
    this.discounts = discounts;
    this.items = items;
    this.cancellations = cancellations;
    this.changes = changes;
  }

  /// Time passes to the end of the period: an open invoice is paid, a cancellation takes effect, or
  /// the next period begins and is paid, or fails to be.
  ObjectNode renew(String id, boolean paid) {
    ObjectNode subscription = objects.get("subscription", id);
    if (Subscriptions.hasEnded(subscription)) {
      throw StripeError.invalid("", "Subscription " + id + " has ended.");
    }
    ObjectNode latest = latestInvoice(subscription);
    boolean open = latest.path("status").asString().equals("open");
    long periodEnd = SubscriptionItems.periodEnd(subscription);
    if (!open
        && subscription.path("cancel_at").isNumber()
        && subscription.path("cancel_at").asLong() <= periodEnd) {
      cancellations.end(subscription);
      return subscription;
    }
    if (endsTrialWithoutCard(subscription)) {
      return subscription;
    }
    ObjectNode before = subscription.deepCopy();
    ObjectNode invoice = latest;
    if (!open) {
      discounts.used(subscription);
      items.nextPeriod(subscription);
      resumeCollection(subscription);
      JsonNode paused = subscription.path("pause_collection");
      if (paused.isObject()) {
        return renewPaused(before, subscription, paused.path("behavior").asString());
      }
      Invoices.Opened opened =
          invoices.open(subscription, "subscription_cycle", lines.ofPeriod(subscription, false));
      invoice = opened.invoice();
      subscription.put("latest_invoice", invoice.path("id").asString());
      invoices.announceOpened(opened);
    }
    return collect(before, subscription, invoice, paid ? card(subscription) : "", paid);
  }

  private ObjectNode collect(
      ObjectNode before, ObjectNode subscription, ObjectNode invoice, String card, boolean paid) {
    if (paid) {
      invoices.settle(invoice, card);
      subscription.put("status", "active");
    } else {
      invoices.fail(invoice);
      if (!Set.of("incomplete", "paused").contains(subscription.path("status").asString())) {
        subscription.put("status", "past_due");
      }
    }
    ObjectNode previous = Changes.between(before, subscription);
    if (!previous.isEmpty()) {
      events.emit("customer.subscription.updated", subscription, previous);
    }
    if (paid) {
      if (before.path("status").asString().equals("paused")) {
        events.emit("customer.subscription.resumed", subscription);
      }
      invoices.announcePaid(invoice);
    }
    return subscription;
  }

  /// A period is over by the clock: a cancellation takes effect, or the next one begins, and its
  /// invoice is paid or not, as the card is.
  ObjectNode turn(ObjectNode subscription) {
    if (endsTrialWithoutCard(subscription)) {
      return subscription;
    }
    ObjectNode before = subscription.deepCopy();
    discounts.used(subscription);
    items.nextPeriod(subscription);
    resumeCollection(subscription);
    JsonNode paused = subscription.path("pause_collection");
    if (paused.isObject()) {
      return renewPaused(before, subscription, paused.path("behavior").asString());
    }
    Invoices.Opened opened =
        invoices.open(subscription, "subscription_cycle", lines.ofPeriod(subscription, false));
    subscription.put("latest_invoice", opened.invoice().path("id").asString());
    invoices.announceOpened(opened);
    return attempt(before, subscription, opened.invoice());
  }

  /// What was not paid is tried again.
  ObjectNode retry(ObjectNode subscription) {
    return attempt(subscription.deepCopy(), subscription, latestInvoice(subscription));
  }

  /// Tries to collect an invoice without its customer. After the last try the subscription ends; in
  /// Stripe's dashboard one can choose `unpaid` instead, and here by the metadata
  /// `sandbox_after_dunning`.
  private ObjectNode attempt(ObjectNode before, ObjectNode subscription, ObjectNode invoice) {
    String card = changes.card(subscription);
    boolean free = invoice.path("amount_due").asLong() == 0;
    boolean paid = free || (!card.isEmpty() && TestCards.refusal(card).isEmpty());
    ObjectNode _ = collect(before, subscription, invoice, card, paid);
    if (paid) {
      return subscription;
    }
    if (card.equals(TestCards.WANTS_CONFIRMATION)) {
      invoices.requireAction(invoice);
    }
    if (!invoice.path("next_payment_attempt").isNumber()) {
      giveUp(subscription);
    }
    return subscription;
  }

  private void giveUp(ObjectNode subscription) {
    if (subscription.path("metadata").path("sandbox_after_dunning").asString("").equals("unpaid")) {
      ObjectNode before = subscription.deepCopy();
      subscription.put("status", "unpaid");
      events.emit(
          "customer.subscription.updated", subscription, Changes.between(before, subscription));
      return;
    }
    subscription.put("canceled_at", objects.now());
    ((ObjectNode) subscription.get("cancellation_details")).put("reason", "payment_failed");
    cancellations.end(subscription);
  }

  /// The time of a cancellation is there.
  void endAsAsked(ObjectNode subscription) {
    cancellations.end(subscription);
  }

  /// Nobody paid the first invoice within 23 hours.
  void expire(ObjectNode subscription) {
    ObjectNode before = subscription.deepCopy();
    ObjectNode invoice = latestInvoice(subscription);
    invoice.put("status", "void");
    ((ObjectNode) invoice.get("status_transitions")).put("voided_at", objects.now());
    subscription.put("status", "incomplete_expired");
    subscription.put("ended_at", objects.now());
    events.emit(
        "customer.subscription.updated", subscription, Changes.between(before, subscription));
    events.emit("invoice.voided", invoice);
  }

  /// A trial is over and there is no card: true when the subscription ends or is paused for that.
  private boolean endsTrialWithoutCard(ObjectNode subscription) {
    if (!subscription.path("status").asString().equals("trialing")
        || !changes.card(subscription).isEmpty()) {
      return false;
    }
    String behavior =
        subscription
            .path("trial_settings")
            .path("end_behavior")
            .path("missing_payment_method")
            .asString("");
    if (behavior.equals("cancel")) {
      cancellations.end(subscription);
      return true;
    }
    if (behavior.equals("pause")) {
      ObjectNode before = subscription.deepCopy();
      subscription.put("status", "paused");
      events.emit(
          "customer.subscription.updated", subscription, Changes.between(before, subscription));
      events.emit("customer.subscription.paused", subscription);
      return true;
    }
    return false;
  }

  /// `POST /v1/subscriptions/{id}/resume`: a paused one begins a new period, and stays paused until
  /// its customer has paid the invoice of that.
  ObjectNode resume(Call call) {
    ObjectNode subscription = objects.get("subscription", call.id());
    Params params =
        call.params().allow("billing_cycle_anchor", "proration_behavior", "proration_date");
    params.oneOf("billing_cycle_anchor", "now", "now", "unchanged");
    if (!subscription.path("status").asString().equals("paused")) {
      throw StripeError.invalid("", "Only paused subscriptions can be resumed.");
    }
    String card = changes.card(subscription);
    if (card.isEmpty()) {
      throw StripeError.invalid(
          "resource_missing",
          "",
          "This customer has no attached payment source or default payment method.");
    }
    ObjectNode before = subscription.deepCopy();
    items.restart(subscription);
    subscription.put("billing_cycle_anchor", objects.now());
    Invoices.Opened opened =
        invoices.open(subscription, "subscription_update", lines.ofPeriod(subscription, false));
    subscription.set("latest_invoice", opened.invoice().path("id"));
    boolean free = opened.invoice().path("amount_due").asLong() == 0;
    if (free) {
      invoices.settle(opened.invoice(), card);
      subscription.put("status", "active");
    }
    events.emit(
        "customer.subscription.updated", subscription, Changes.between(before, subscription));
    if (free) {
      events.emit("customer.subscription.resumed", subscription);
    }
    invoices.announceOpened(opened);
    if (free) {
      invoices.announcePaid(opened.invoice());
    }
    return subscription;
  }

  private void resumeCollection(ObjectNode subscription) {
    JsonNode until = subscription.path("pause_collection").path("resumes_at");
    if (until.isNumber() && until.asLong() <= SubscriptionItems.periodStart(subscription)) {
      subscription.putNull("pause_collection");
    }
  }

  /// The next period begins, and nobody pays for it.
  private ObjectNode renewPaused(ObjectNode before, ObjectNode subscription, String behavior) {
    ObjectNode invoice =
        invoices.openPaused(subscription, lines.ofPeriod(subscription, false), behavior);
    subscription.set("latest_invoice", invoice.path("id"));
    events.emit(
        "customer.subscription.updated", subscription, Changes.between(before, subscription));
    return subscription;
  }

  private String card(ObjectNode subscription) {
    String card = subscription.path("default_payment_method").asString("");
    if (card.isEmpty()) {
      card = payments.card(subscription.path("customer").asString()).path("id").asString();
      subscription.put("default_payment_method", card);
    }
    return card;
  }

  ObjectNode requireAction(String id) {
    ObjectNode subscription = objects.get("subscription", id);
    ObjectNode invoice = latestInvoice(subscription);
    // Stripe tells of such a try as one that failed, too.
    if (invoice.path("status").asString().equals("open")) {
      invoices.fail(invoice);
    }
    invoices.requireAction(invoice);
    return subscription;
  }

  ObjectNode trialEnding(String id) {
    ObjectNode subscription = objects.get("subscription", id);
    events.emit("customer.subscription.trial_will_end", subscription);
    return subscription;
  }

  private ObjectNode latestInvoice(ObjectNode subscription) {
    return objects.get("invoice", subscription.path("latest_invoice").asString(""));
  }
}
