package dev.tenon.connector.stripe;

/// Money that is to go back.
///
/// @param paymentIntent of what was paid
/// @param amount in minor units; 0 for all that is left
/// @param reason Stripe's word; empty for none
public record NewRefund(Origin origin, String paymentIntent, long amount, String reason) {
  public NewRefund {
    if (paymentIntent.isEmpty() || amount < 0) {
      throw new IllegalArgumentException("a refund is of a payment, and of no less than nothing");
    }
  }
}
