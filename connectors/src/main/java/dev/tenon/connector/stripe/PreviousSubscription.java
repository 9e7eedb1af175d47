package dev.tenon.connector.stripe;

import java.util.List;
import tools.jackson.databind.JsonNode;

/// What `customer.subscription.updated` says was different before. It also breaks the tie between
/// two updates of one second: the later one's former state is the earlier one's new state.
///
/// @param items the former items; Stripe may list only those that changed, and only parts of them
/// @param cancelAt the former date in unix seconds
/// @param currentPeriodEnd the former end in unix seconds, on the subscription itself (before
///   2025-03-31; afterwards it is inside `items`)
public record PreviousSubscription(
    Previous<String> status,
    Previous<List<SubscriptionSnapshot.Item>> items,
    Previous<Boolean> cancelAtPeriodEnd,
    Previous<Long> cancelAt,
    Previous<Long> currentPeriodEnd) {

  /// Reads `data.previous_attributes`; a missing node reads as nothing changed.
  public static PreviousSubscription of(JsonNode previous) {
    return new PreviousSubscription(
        Previous.of(previous, "status", StripeObjects::text),
        Previous.of(previous, "items", (node, _) -> SubscriptionSnapshot.items(node)),
        Previous.of(previous, "cancel_at_period_end", StripeObjects::flag),
        Previous.of(previous, "cancel_at", PreviousSubscription::seconds),
        Previous.of(previous, "current_period_end", PreviousSubscription::seconds));
  }

  private static Long seconds(JsonNode previous, String field) {
    return StripeObjects.number(previous, field, 0);
  }
}
