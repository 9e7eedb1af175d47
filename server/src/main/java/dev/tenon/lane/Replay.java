package dev.tenon.lane;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Many facts applied anew at one request.
///
/// @param state `running`, `done` or `cancelled`
/// @param matched how many facts fitted when it was asked for; at most one more than the filter
///   allows, which tells that there are more
/// @param replayed how many were put back so far
/// @param requestedBy who asked for it, for people
/// @param finishedAt null while it runs
public record Replay(
    UUID id,
    String state,
    ReplayFilter filter,
    int matched,
    int replayed,
    String requestedBy,
    Instant createdAt,
    @Nullable Instant finishedAt) {}
