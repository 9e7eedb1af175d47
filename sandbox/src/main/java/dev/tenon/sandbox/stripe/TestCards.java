package dev.tenon.sandbox.stripe;

import java.util.Map;
import java.util.Optional;

/// Stripe's test payment methods (docs.stripe.com/testing): which of them the bank refuses, and
/// how. Every other one works.
final class TestCards {
  /// A card whose bank wants the customer to confirm each payment.
  static final String WANTS_CONFIRMATION = "pm_card_authenticationRequired";

  /// A card that pays, and to which nothing can be given back (docs.stripe.com/testing#refunds).
  static final String TAKES_NO_REFUND = "pm_card_refundFail";

  private static final Map<String, Refusal> REFUSED =
      Map.of(
          "pm_card_chargeDeclined",
          new Refusal("card_declined", "generic_decline", "Your card was declined."),
          "pm_card_chargeDeclinedInsufficientFunds",
          new Refusal("card_declined", "insufficient_funds", "Your card has insufficient funds."),
          "pm_card_chargeDeclinedExpiredCard",
          new Refusal("expired_card", "expired_card", "Your card has expired."),
          WANTS_CONFIRMATION,
          new Refusal(
              "authentication_required",
              "authentication_required",
              "Your card was declined. This transaction requires authentication."));

  private TestCards() {}

  private record Refusal(String code, String declineCode, String message) {}

  /// What the bank says to a payment that nobody is there to confirm; empty when it pays.
  static Optional<StripeError> refusal(String paymentMethod) {
    return Optional.ofNullable(REFUSED.get(paymentMethod))
        .map(no -> StripeError.declined(no.code, no.declineCode, no.message));
  }
}
