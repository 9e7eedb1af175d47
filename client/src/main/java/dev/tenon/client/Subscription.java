package dev.tenon.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A subscription.
///
/// @param state what the status means: `pending`, `trialing`, `active`, `past_due`, `paused` or
///   `ended`
/// @param providerStatus the provider's own word; empty until it has told of it
/// @param price the first item's price
/// @param collectionPause null while its invoices are collected
/// @param revision grows with each event told about it: keep what has the greatest
public record Subscription(
    String id,
    String providerId,
    String state,
    String providerStatus,
    @Nullable String customerProviderId,
    @Nullable String price,
    @Nullable Long quantity,
    @Nullable Instant periodEnd,
    @Nullable Instant trialEnd,
    boolean cancelAtPeriodEnd,
    @Nullable Instant cancelAt,
    @Nullable Instant endedAt,
    @Nullable CollectionPause collectionPause,
    long revision,
    List<SubscriptionItem> items) {}
