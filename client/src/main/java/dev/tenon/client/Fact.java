package dev.tenon.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing that a provider says happened.
///
/// @param kind the provider's word for it
/// @param object the provider's id of what it is about
/// @param state `waiting` until it is `applied`, `ignored`, `unassigned` or `dead`
/// @param result what changed or why nothing did; the last error while it waits
/// @param failures how many tries failed
public record Fact(
    String id,
    String receivedEvent,
    String kind,
    String object,
    Instant occurredAt,
    String state,
    @Nullable String result,
    int failures,
    @Nullable Instant nextTryAt,
    @Nullable Instant finishedAt) {}
