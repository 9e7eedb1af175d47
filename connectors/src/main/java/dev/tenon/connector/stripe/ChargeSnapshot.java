package dev.tenon.connector.stripe;

import tools.jackson.databind.JsonNode;

/// A charge as one event or answer showed it, as far as refunds need it. Absent texts are empty.
///
/// @param invoice the invoice it paid; only before 2025-03-31, afterwards the payment intent leads
///   to it
/// @param amount in minor units
/// @param amountRefunded how much of it went back so far; 0 at least
public record ChargeSnapshot(
    String id,
    String customer,
    String invoice,
    String paymentIntent,
    String currency,
    long amount,
    long amountRefunded) {

  /// Reads a charge of any API version since 2020-08-27.
  public static ChargeSnapshot of(JsonNode charge) {
    return new ChargeSnapshot(
        StripeObjects.text(charge, "id"),
        StripeObjects.customer(charge),
        StripeObjects.reference(charge, "invoice"),
        StripeObjects.reference(charge, "payment_intent"),
        StripeObjects.currency(charge),
        StripeObjects.number(charge, "amount", 0),
        Math.max(0, StripeObjects.number(charge, "amount_refunded", 0)));
  }
}
