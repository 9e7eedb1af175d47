package dev.tenon.connector.stripe;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A subscription that was just created or changed, with what its customer still has to confirm.
///
/// @param confirmation null when nothing is left to confirm
public record StartedSubscription(
    SubscriptionSnapshot subscription, @Nullable Confirmation confirmation) {

  static StartedSubscription of(JsonNode subscription) {
    return new StartedSubscription(
        SubscriptionSnapshot.of(subscription), Confirmation.of(subscription));
  }
}
