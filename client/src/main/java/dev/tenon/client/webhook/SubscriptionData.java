package dev.tenon.client.webhook;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A subscription, as an event tells of it.
///
/// @param state `pending`, `trialing`, `active`, `past_due`, `paused` or `ended`
/// @param providerStatus as the provider says it
/// @param price the first item's price
/// @param revision grows with each event about this subscription: keep what has the greatest
/// @param environment `development`, `staging` or `production`
public record SubscriptionData(
    String id,
    String object,
    String providerId,
    String state,
    String providerStatus,
    @Nullable String customerProviderId,
    @Nullable String price,
    @Nullable Long quantity,
    List<Item> items,
    @Nullable Instant periodEnd,
    @Nullable Instant trialEnd,
    boolean cancelAtPeriodEnd,
    @Nullable Instant cancelAt,
    @Nullable Instant endedAt,
    boolean collectionPaused,
    long revision,
    String connection,
    String environment) {
  /// One price that is subscribed to.
  ///
  /// @param unitAmount in the smallest unit of the currency; null for prices without one amount
  public record Item(
      @Nullable String price,
      @Nullable String product,
      @Nullable Long quantity,
      @Nullable Long unitAmount,
      @Nullable String currency) {}
}
