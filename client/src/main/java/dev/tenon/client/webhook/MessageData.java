package dev.tenon.client.webhook;

import org.jspecify.annotations.Nullable;

/// A message, as an event tells of it.
///
/// @param state `sent`, `failed`, `suppressed` or `uncertain`
/// @param provider the provider that has it
/// @param reason what was decided last, in words
/// @param possibleDuplicate whether it was sent although an earlier sending may have been accepted;
///   null in events of older versions
public record MessageData(
    String id,
    String object,
    String state,
    @Nullable String provider,
    String reason,
    @Nullable Boolean possibleDuplicate) {}
