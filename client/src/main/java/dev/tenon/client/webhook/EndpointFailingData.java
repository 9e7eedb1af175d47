package dev.tenon.client.webhook;

import java.time.Instant;

/// An endpoint to which nothing gets through.
///
/// @param tenant whose endpoint it is
/// @param host where it is
/// @param failures calls that failed since then
public record EndpointFailingData(
    String id,
    String object,
    String tenant,
    String host,
    Instant failingSince,
    long failures,
    String lastError) {}
