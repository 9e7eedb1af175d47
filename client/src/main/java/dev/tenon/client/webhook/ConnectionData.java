package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A connection to a provider.
///
/// @param provider whom it is to
/// @param name as people call it
/// @param environment `development`, `staging` or `production`
/// @param state `active`, `disabled` or `broken`, after this
/// @param reason why it is broken
public record ConnectionData(
    String id,
    String object,
    String provider,
    String name,
    String environment,
    String state,
    @Nullable String reason) {}
