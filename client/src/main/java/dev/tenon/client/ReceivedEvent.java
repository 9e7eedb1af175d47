package dev.tenon.client;

import java.time.Instant;
import java.util.List;

/// One webhook of a provider, as it came in, with the facts in it.
public record ReceivedEvent(
    String id,
    String connection,
    String provider,
    Instant receivedAt,
    int bodyBytes,
    List<Fact> facts) {}
