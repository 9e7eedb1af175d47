package dev.tenon.payment;

import dev.tenon.connector.stripe.SubscriptionSnapshot;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The invoices of a subscription are not collected for a while. Its state stays what it is.
///
/// @param invoices what becomes of them, in Stripe's word: `void`, `keep_as_draft`,
///   `mark_uncollectible`, or a newer one
/// @param until when it goes on by itself; null for never
record CollectionPause(@Nullable String invoices, @Nullable Instant until) {

  /// Null for a subscription whose invoices are collected.
  static @Nullable CollectionPause of(SubscriptionSnapshot subscription) {
    return subscription.collectionPaused()
        ? new CollectionPause(
            PlainText.id(subscription.pausedInvoices()), subscription.collectionResumesAt())
        : null;
  }
}
