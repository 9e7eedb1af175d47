package dev.tenon.client.webhook;

/// A connection for mail that others stand in for.
///
/// @param id the connection's
/// @param stream the stream of the mails
/// @param provider the provider of the connection
/// @param sentBy the provider that took the last of the mails
public record EmailFallbackData(
    String id, String object, String stream, String provider, String sentBy) {}
