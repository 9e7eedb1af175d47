package dev.tenon.connector.stripe;

import dev.tenon.connector.Secret;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// What the customer still has to confirm in the browser, by Stripe.js.
///
/// @param kind a payment, or a card for payments to come
/// @param clientSecret what Stripe.js takes; for this customer's browser alone
public record Confirmation(Kind kind, Secret clientSecret) {

  /// What is confirmed.
  public enum Kind {
    /// `stripe.confirmPayment`.
    PAYMENT,
    /// `stripe.confirmSetup`.
    SETUP
  }

  /// Reads it from a subscription that came with `latest_invoice.confirmation_secret` and
  /// `pending_setup_intent`; null when there is nothing to confirm.
  ///
  /// Since 2025-03-31.basil an invoice names no payment intent, and its secret stands in
  /// `confirmation_secret` (docs.stripe.com/changelog/basil). One that is paid keeps its secret,
  /// which confirms nothing any more.
  static @Nullable Confirmation of(JsonNode subscription) {
    JsonNode invoice = subscription.path("latest_invoice");
    String payment = StripeObjects.text(invoice.path("confirmation_secret"), "client_secret");
    if (!payment.isEmpty() && StripeObjects.text(invoice, "status").equals("open")) {
      return new Confirmation(Kind.PAYMENT, Secret.of(payment));
    }
    String setup = StripeObjects.text(subscription.path("pending_setup_intent"), "client_secret");
    return setup.isEmpty() ? null : new Confirmation(Kind.SETUP, Secret.of(setup));
  }
}
