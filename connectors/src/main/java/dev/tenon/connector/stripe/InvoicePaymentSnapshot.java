package dev.tenon.connector.stripe;

import tools.jackson.databind.JsonNode;

/// An invoice payment (since 2025-03-31): which payment paid which invoice. Absent texts are empty.
public record InvoicePaymentSnapshot(String id, String invoice, String paymentIntent) {

  /// Reads an invoice payment.
  public static InvoicePaymentSnapshot of(JsonNode payment) {
    return new InvoicePaymentSnapshot(
        StripeObjects.text(payment, "id"),
        StripeObjects.reference(payment, "invoice"),
        StripeObjects.reference(payment.path("payment"), "payment_intent"));
  }
}
