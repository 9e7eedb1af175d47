package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A refund that came to nothing, as an event tells of it.
///
/// @param amountRefunded all that went back of this charge, without it, in the smallest unit of the
///   currency
/// @param amount what was to go back
/// @param state `failed` or `cancelled`
/// @param environment `development`, `staging` or `production`
public record RefundFailedData(
    String id,
    String object,
    String chargeProviderId,
    @Nullable String invoiceProviderId,
    @Nullable String paymentIntent,
    @Nullable String customerProviderId,
    long amountRefunded,
    String currency,
    String refundProviderId,
    long amount,
    String state,
    @Nullable String failureReason,
    String connection,
    String environment) {}
