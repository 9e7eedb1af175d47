package dev.tenon.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A new key for an endpoint to sign with.
///
/// @param signing as now where it is null
/// @param previousExpiresAt until when the older keys sign too, at most 30 days; 24 hours where it
///   is null
public record NewSecret(@Nullable Signing signing, @Nullable Instant previousExpiresAt) {}
