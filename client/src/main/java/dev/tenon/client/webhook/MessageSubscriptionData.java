package dev.tenon.client.webhook;

import java.time.Instant;

/// What a recipient decided by the link in a message.
///
/// @param recipient who decided it
/// @param stream the stream that it is about
/// @param by `recipient` for the link in the mail, else the provider that reports it
public record MessageSubscriptionData(
    String id, String object, String recipient, String stream, String by, Instant occurredAt) {}
