package dev.tenon.connector.stripe;

import tools.jackson.databind.JsonNode;

/// A refund as one event or answer showed it. Absent texts are empty.
///
/// @param status Stripe's word; its enum is open
/// @param reason why it was made, such as `requested_by_customer`
/// @param failureReason why it failed, such as `expired_or_canceled_card`
/// @param amount in minor units
public record RefundSnapshot(
    String id,
    String charge,
    String paymentIntent,
    String status,
    String reason,
    String failureReason,
    long amount,
    String currency) {

  /// Reads a refund of any API version since 2020-08-27.
  public static RefundSnapshot of(JsonNode refund) {
    return new RefundSnapshot(
        StripeObjects.text(refund, "id"),
        StripeObjects.reference(refund, "charge"),
        StripeObjects.reference(refund, "payment_intent"),
        StripeObjects.text(refund, "status"),
        StripeObjects.text(refund, "reason"),
        StripeObjects.text(refund, "failure_reason"),
        Math.max(0, StripeObjects.number(refund, "amount", 0)),
        StripeObjects.currency(refund));
  }
}
