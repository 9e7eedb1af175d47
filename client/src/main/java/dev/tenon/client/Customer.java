package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// A customer of the tenant, as the payment provider knows them.
///
/// @param providerId the provider's id
public record Customer(
    String id, String providerId, @Nullable String email, @Nullable String name, boolean deleted) {}
