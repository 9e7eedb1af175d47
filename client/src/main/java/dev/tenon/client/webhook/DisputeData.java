package dev.tenon.client.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A dispute, as an event tells of it.
///
/// @param amount in the smallest unit of the currency
/// @param currency ISO 4217, in lower case
/// @param reason the bank's word for why
/// @param state `open`, `won`, `lost` or `closed` (an inquiry)
/// @param providerStatus as the provider says it
/// @param respondBy until when evidence is taken
/// @param fundsWithdrawn whether the money was taken from the account
/// @param fundsReinstated whether it was given back
/// @param environment `development`, `staging` or `production`
public record DisputeData(
    String id,
    String object,
    String providerId,
    @Nullable String chargeProviderId,
    @Nullable String paymentIntent,
    long amount,
    String currency,
    @Nullable String reason,
    String state,
    String providerStatus,
    @Nullable Instant respondBy,
    boolean fundsWithdrawn,
    boolean fundsReinstated,
    String connection,
    String environment) {}
