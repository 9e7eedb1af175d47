package dev.tenon.sandbox.stripe;

import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// What a customer confirms in the browser: a payment, or a card for payments to come.
final class Confirmations {
  private final Objects objects;
  private final Events events;
  private final Invoices invoices;
  private final Payments payments;
  private final SetupIntents setups;

  Confirmations(
      Objects objects, Events events, Invoices invoices, Payments payments, SetupIntents setups) {
    this.objects = objects;
    this.events = events;
    this.invoices = invoices;
    this.payments = payments;
    this.setups = setups;
  }

  /// A customer confirms a payment in the browser: the invoice is paid, and an incomplete or paused
  /// subscription becomes active.
  ObjectNode payment(Call call) {
    Params params =
        call.params()
            .allow(
                "client_secret",
                "off_session",
                "payment_method",
                "return_url",
                "setup_future_usage",
                "use_stripe_sdk");
    ObjectNode intent = objects.get("payment_intent", call.id());
    String status = intent.path("status").asString();
    if (status.equals("succeeded") || status.equals("canceled")) {
      throw StripeError.invalid(
          "payment_intent_unexpected_state",
          "",
          "You cannot confirm this PaymentIntent because it has a status of " + status + ".");
    }
    String method = params.text("payment_method");
    if (method.isEmpty()) {
      throw StripeError.missing("payment_method");
    }
    if (!method.equals(TestCards.WANTS_CONFIRMATION)) {
      TestCards.refusal(method)
          .ifPresent(
              refusal -> {
                throw refusal;
              });
    }
    Optional<ObjectNode> invoice = invoices.ofIntent(call.id());
    if (invoice.isEmpty()) {
      payments.succeed(intent, method);
      payments.announceSuccess(intent);
      return intent;
    }
    ObjectNode subscription = objects.get("subscription", Invoices.subscriptionOf(invoice.get()));
    ObjectNode before = subscription.deepCopy();
    invoices.settle(invoice.get(), method);
    subscription.put("status", "active");
    if (subscription
        .path("payment_settings")
        .path("save_default_payment_method")
        .asString("")
        .equals("on_subscription")) {
      subscription.put("default_payment_method", method);
    }
    ObjectNode previous = Changes.between(before, subscription);
    if (!previous.isEmpty()) {
      events.emit("customer.subscription.updated", subscription, previous);
    }
    if (before.path("status").asString().equals("paused")) {
      events.emit("customer.subscription.resumed", subscription);
    }
    invoices.announcePaid(invoice.get());
    return intent;
  }

  /// A customer gives the card that a trial waits for.
  ObjectNode setup(Call call) {
    Params params =
        call.params().allow("client_secret", "payment_method", "return_url", "use_stripe_sdk");
    ObjectNode setup = objects.get(SetupIntents.TYPE, call.id());
    if (!setup.path("status").asString().equals("requires_payment_method")) {
      throw StripeError.invalid(
          "setup_intent_unexpected_state", "", "You cannot confirm this SetupIntent any more.");
    }
    String method = params.required("payment_method");
    setups.succeed(setup, method);
    for (ObjectNode subscription : objects.list("subscription")) {
      if (subscription.path("pending_setup_intent").asString("").equals(call.id())) {
        ObjectNode before = subscription.deepCopy();
        subscription.putNull("pending_setup_intent");
        subscription.put("default_payment_method", method);
        events.emit(
            "customer.subscription.updated", subscription, Changes.between(before, subscription));
      }
    }
    return setup;
  }
}
