package dev.tenon.work;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A job that this node has taken.
///
/// @param cause the fact that led to it
/// @param priority 0 (first) to 9
/// @param failures how often it failed so far
/// @param starts how often a worker took it, this time included
/// @param deaths how often the worker that had it was lost since it last came to an end by itself;
///   part of it may have been done then
public record Job(
    TenantId tenant,
    UUID id,
    String kind,
    int version,
    String payload,
    @Nullable UUID cause,
    int priority,
    int failures,
    int starts,
    int deaths,
    Instant createdAt,
    long token) {}
