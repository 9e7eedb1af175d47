package dev.tenon.client.webhook;

import java.time.Instant;

/// An endpoint that was given up.
///
/// @param tenant whose endpoint it is
/// @param host where it was
/// @param reason why
public record EndpointDisabledData(
    String id,
    String object,
    String tenant,
    String host,
    Instant failingSince,
    long failures,
    String lastError,
    String reason) {}
