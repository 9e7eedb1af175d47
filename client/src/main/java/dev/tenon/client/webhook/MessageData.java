package dev.tenon.client.webhook;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A message, as an event tells of it.
///
/// @param state `sent`, `failed`, `suppressed` or `uncertain`
/// @param provider the provider that has it
/// @param reason what was decided last, in words
/// @param possibleDuplicate whether it was sent although an earlier sending may have been accepted;
///   null in events of older versions
/// @param to its first recipients
/// @param template that it was made from; null for one in own words
/// @param tags that it was given
/// @param metadata that it was given
public record MessageData(
    String id,
    String object,
    String state,
    @Nullable String provider,
    String reason,
    @Nullable Boolean possibleDuplicate,
    String to,
    String stream,
    @Nullable String template,
    List<String> tags,
    Map<String, String> metadata) {}
