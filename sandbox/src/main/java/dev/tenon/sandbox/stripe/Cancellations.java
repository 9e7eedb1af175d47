package dev.tenon.sandbox.stripe;

import tools.jackson.databind.node.ObjectNode;

/// How subscriptions end and are kept, and how the collection of their invoices is paused.
final class Cancellations {
  private final Objects objects;
  private final Events events;

  Cancellations(Objects objects, Events events) {
    this.objects = objects;
    this.events = events;
  }

  /// Holds invoices back; an empty parameter takes that back. The status stays as it is.
  void pause(ObjectNode subscription, Params params) {
    params
        .object("pause_collection")
        .ifPresentOrElse(
            given -> {
              given.allow("behavior", "resumes_at");
              given.required("behavior");
              ObjectNode pause = subscription.putObject("pause_collection");
              pause.put(
                  "behavior",
                  given.oneOf("behavior", "", "keep_as_draft", "mark_uncollectible", "void"));
              long until = given.integer("resumes_at", 0, objects.now(), 9_999_999_999L);
              if (until > 0) {
                pause.put("resumes_at", until);
              } else {
                pause.putNull("resumes_at");
              }
            },
            () -> subscription.putNull("pause_collection"));
  }

  void atPeriodEnd(ObjectNode subscription, boolean cancel) {
    subscription.put("cancel_at_period_end", cancel);
    if (cancel) {
      subscription.put("cancel_at", SubscriptionItems.periodEnd(subscription));
      noteCancellation(subscription);
    } else {
      keep(subscription);
    }
  }

  /// What the portal does under flexible billing: a time instead of the flag.
  void atTime(ObjectNode subscription, long at) {
    ObjectNode before = subscription.deepCopy();
    subscription.put("cancel_at", at);
    noteCancellation(subscription);
    events.emit(
        "customer.subscription.updated", subscription, Changes.between(before, subscription));
  }

  void at(ObjectNode subscription, Params params) {
    switch (params.text("cancel_at")) {
      case "" -> keep(subscription);
      case "min_period_end", "max_period_end" -> {
        subscription.put("cancel_at", SubscriptionItems.periodEnd(subscription));
        noteCancellation(subscription);
      }
      default -> {
        subscription.put(
            "cancel_at", params.integer("cancel_at", 0, objects.now(), 9_999_999_999L));
        noteCancellation(subscription);
      }
    }
  }

  private void noteCancellation(ObjectNode subscription) {
    subscription.put("canceled_at", objects.now());
    ((ObjectNode) subscription.get("cancellation_details")).put("reason", "cancellation_requested");
  }

  private static void keep(ObjectNode subscription) {
    subscription.put("cancel_at_period_end", false);
    subscription.putNull("cancel_at");
    subscription.putNull("canceled_at");
    ((ObjectNode) subscription.get("cancellation_details")).putNull("reason");
  }

  ObjectNode cancel(Call call) {
    ObjectNode subscription = objects.get("subscription", call.id());
    Params params = call.params().allow("cancellation_details", "invoice_now", "prorate");
    if (Subscriptions.hasEnded(subscription)) {
      throw StripeError.notFound("subscription", call.id());
    }
    params
        .object("cancellation_details")
        .ifPresent(
            given ->
                given.copyTexts(
                    (ObjectNode) subscription.get("cancellation_details"), "comment", "feedback"));
    end(subscription);
    return subscription;
  }

  /// Ends it now, unless it has ended before.
  void end(ObjectNode subscription) {
    if (Subscriptions.hasEnded(subscription)) {
      return;
    }
    long now = objects.now();
    subscription.put("status", "canceled");
    subscription.put("ended_at", now);
    if (subscription.path("canceled_at").isNull()) {
      noteCancellation(subscription);
    }
    events.emit("customer.subscription.deleted", subscription);
  }
}
