package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// What a provider said, where a problem is its doing.
///
/// @param kind `request`, `card`, `permission`, `credentials`, `limit` or `fault`; more may follow
public record ProviderAnswer(
    String name,
    String kind,
    @Nullable String code,
    @Nullable String reason,
    @Nullable String param,
    @Nullable String permission,
    @Nullable String requestId,
    @Nullable Long retryAfterSeconds) {}
