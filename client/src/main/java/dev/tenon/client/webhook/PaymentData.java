package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A payment, as an event tells of it.
///
/// @param amount in the smallest unit of the currency
/// @param currency ISO 4217, in lower case
/// @param environment `development`, `staging` or `production`
public record PaymentData(
    String id,
    String object,
    String providerId,
    long amount,
    String currency,
    @Nullable String subscriptionProviderId,
    @Nullable String customerProviderId,
    long failedTries,
    String connection,
    String environment) {}
