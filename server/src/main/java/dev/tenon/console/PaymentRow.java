package dev.tenon.console;

import java.util.UUID;

/// A payment in the list.
///
/// @param amount with its currency
/// @param failedTries how often it failed before or since
public record PaymentRow(
    UUID id,
    String providerId,
    String customer,
    Mark mark,
    String amount,
    int failedTries,
    Moment createdAt) {}
