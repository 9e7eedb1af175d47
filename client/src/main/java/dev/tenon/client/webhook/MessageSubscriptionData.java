package dev.tenon.client.webhook;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a recipient decided by the link in a message.
///
/// @param recipient who decided it
/// @param stream the stream that it is about
/// @param by `recipient` for the link in the mail, else the provider that reports it
/// @param to its first recipients
/// @param template that it was made from; null for one in own words
/// @param tags that it was given
/// @param metadata that it was given
public record MessageSubscriptionData(
    String id,
    String object,
    String recipient,
    String stream,
    String by,
    Instant occurredAt,
    String to,
    @Nullable String template,
    List<String> tags,
    Map<String, String> metadata) {}
