package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// Money that went back, as an event tells of it.
///
/// @param amountRefunded all that went back of this charge, in the smallest unit of the currency
/// @param environment `development`, `staging` or `production`
public record RefundData(
    String id,
    String object,
    String chargeProviderId,
    @Nullable String invoiceProviderId,
    @Nullable String paymentIntent,
    @Nullable String customerProviderId,
    long amountRefunded,
    String currency,
    String connection,
    String environment) {}
