package dev.tenon.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A key that signs what is sent to an endpoint.
///
/// @param publicKey `whpk_…`, with `v1a`: what the receiver verifies with
public record SigningKey(
    String signing, @Nullable String publicKey, Instant createdAt, @Nullable Instant expiresAt) {}
