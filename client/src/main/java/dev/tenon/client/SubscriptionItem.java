package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// One price that is subscribed to.
///
/// @param unitAmount in minor units of `currency`; null for prices without one amount
public record SubscriptionItem(
    @Nullable String providerId,
    @Nullable String price,
    @Nullable String product,
    long quantity,
    @Nullable Long unitAmount,
    @Nullable String currency) {}
