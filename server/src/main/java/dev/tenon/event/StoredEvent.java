package dev.tenon.event;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An event that was told.
///
/// @param about the id of the record it is about, as it is written
/// @param payload its `data` as JSON, without id and object
/// @param cause the fact that led to it
public record StoredEvent(
    UUID id, String type, String about, String payload, @Nullable UUID cause, Instant createdAt) {}
