package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A message, as an event tells of it.
///
/// @param state `sent`, `failed`, `suppressed` or `uncertain`
/// @param provider the provider that has it
/// @param reason what was decided last, in words
public record MessageData(
    String id, String object, String state, @Nullable String provider, String reason) {}
