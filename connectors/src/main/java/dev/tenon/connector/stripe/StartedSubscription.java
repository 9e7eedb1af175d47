package dev.tenon.connector.stripe;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A subscription that was just created or changed, with what its customer still has to confirm.
///
/// @param confirmation null when nothing is left to confirm
/// @param invoiceOpen its latest invoice waits for its payment
public record StartedSubscription(
    SubscriptionSnapshot subscription, @Nullable Confirmation confirmation, boolean invoiceOpen) {

  static StartedSubscription of(JsonNode subscription) {
    return new StartedSubscription(
        SubscriptionSnapshot.of(subscription),
        Confirmation.of(subscription),
        StripeObjects.text(subscription.path("latest_invoice"), "status").equals("open"));
  }

  /// After a change that touched no invoice.
  public StartedSubscription with(SubscriptionSnapshot changed) {
    return new StartedSubscription(changed, confirmation, invoiceOpen);
  }
}
