package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// A customer to be made.
///
/// @param email where receipts go; at most 500 characters
public record NewCustomer(String email, @Nullable String name) {}
