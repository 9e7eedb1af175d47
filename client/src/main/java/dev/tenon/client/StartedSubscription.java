package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// A subscription that was just started or changed, and what its customer has to confirm.
///
/// @param subscription as the provider answered it; the record follows with its webhooks
/// @param confirmation null when nothing is to be confirmed
public record StartedSubscription(Subscription subscription, @Nullable Confirmation confirmation) {}
