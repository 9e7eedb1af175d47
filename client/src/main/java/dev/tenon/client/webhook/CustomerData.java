package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A customer, as an event tells of it.
public record CustomerData(String id, String object, String providerId, @Nullable String email) {}
