package dev.tenon.work;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A job that this node has taken.
///
/// @param cause the fact that led to it
/// @param failures how often it failed so far
/// @param starts how often a worker took it, this time included; more than `failures + 1` means
///   that a worker died while at it, so that part of it may have been done
public record Job(
    TenantId tenant,
    UUID id,
    String kind,
    int version,
    String payload,
    @Nullable UUID cause,
    int failures,
    int starts,
    Instant createdAt,
    long token) {}
