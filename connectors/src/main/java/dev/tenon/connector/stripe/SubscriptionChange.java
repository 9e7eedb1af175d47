package dev.tenon.connector.stripe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Another price or quantity for one item of a subscription.
///
/// @param subscription the subscription's id
/// @param item the id of the item (`si_…`)
/// @param price the price's id; empty to leave it
/// @param quantity null to leave it
/// @param proration what becomes of the rest of the period
/// @param prorationAt from when it is prorated; null for the moment of the call. To be charged what
///   a preview said, give the time that it was made for. Means nothing without a proration
public record SubscriptionChange(
    String subscription,
    String item,
    String price,
    @Nullable Long quantity,
    Proration proration,
    @Nullable Instant prorationAt) {

  /// From when it is prorated; null where Stripe is to be told nothing of that. It refuses a date
  /// beside `proration_behavior=none`.
  @Nullable Instant proratedFrom() {
    return proration == Proration.NONE ? null : prorationAt;
  }

  /// What becomes of the rest of a period that was paid already.
  public enum Proration {
    /// It is settled with the next invoice.
    NEXT_INVOICE,
    /// It is invoiced at once.
    INVOICE_NOW,
    /// It stays as it was paid.
    NONE
  }

  /// What happens when an invoice that follows at once can't be paid.
  public enum Unpaid {
    /// The change is refused, and nothing is changed.
    REFUSE,
    /// The change is made, the subscription is past due, and the customer confirms the payment.
    CONFIRM
  }
}
