package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A customer, as an event tells of it.
///
/// @param environment `development`, `staging` or `production`
public record CustomerData(
    String id,
    String object,
    String providerId,
    @Nullable String email,
    String connection,
    String environment) {}
