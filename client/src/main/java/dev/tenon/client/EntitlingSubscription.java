package dev.tenon.client;

import java.util.List;

/// A subscription that was looked at.
///
/// @param prices the provider's ids of the prices of all its items
/// @param entitles whether it alone suffices
public record EntitlingSubscription(
    String id, String providerId, String state, List<String> prices, boolean entitles) {}
