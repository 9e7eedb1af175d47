package dev.tenon.connector.stripe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A dispute as one event or answer showed it. Absent texts are empty.
///
/// @param status Stripe's word; its enum is open
/// @param reason the bank's, such as `fraudulent`
/// @param amount in minor units
/// @param respondBy until when evidence is taken; null for never or no longer
public record DisputeSnapshot(
    String id,
    String charge,
    String paymentIntent,
    String status,
    String reason,
    long amount,
    String currency,
    @Nullable Instant respondBy) {

  /// Reads a dispute of any API version since 2020-08-27.
  public static DisputeSnapshot of(JsonNode dispute) {
    return new DisputeSnapshot(
        StripeObjects.text(dispute, "id"),
        StripeObjects.reference(dispute, "charge"),
        StripeObjects.reference(dispute, "payment_intent"),
        StripeObjects.text(dispute, "status"),
        StripeObjects.text(dispute, "reason"),
        StripeObjects.number(dispute, "amount", 0),
        StripeObjects.currency(dispute),
        StripeObjects.time(dispute.path("evidence_details"), "due_by"));
  }
}
