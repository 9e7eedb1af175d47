package dev.tenon.console;

import java.util.UUID;

/// A dispute of a payment.
///
/// @param reason the bank's word
/// @param respondBy until when evidence counts, in words; empty when nothing is to be done
public record DisputeRow(
    UUID id, String providerId, Mark mark, String amount, String reason, String respondBy) {}
