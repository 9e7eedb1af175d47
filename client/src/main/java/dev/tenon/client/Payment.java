package dev.tenon.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A payment, or a try at one.
///
/// @param providerId the provider's id of the invoice, or of the checkout session of a single
///   payment
/// @param state `failed` or `succeeded`
/// @param amount in minor units of `currency`
public record Payment(
    String id,
    String providerId,
    @Nullable String number,
    String state,
    long amount,
    long amountRefunded,
    String currency,
    @Nullable String customerProviderId,
    @Nullable String subscriptionProviderId,
    int failedTries,
    @Nullable Instant paidAt) {}
