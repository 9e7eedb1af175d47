package dev.tenon.client;

import org.jspecify.annotations.Nullable;

/// What to change of a customer; null leaves a field as it is.
public record CustomerChange(@Nullable String email, @Nullable String name) {}
