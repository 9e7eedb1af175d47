package dev.tenon.client;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One email.
///
/// @param state `queued`, `sending`, `sent`, `failed`, `suppressed`, `uncertain`, `cancelled`, and
///   what providers report later; more may follow
/// @param headers of its own
/// @param metadata that it was given, which comes back in events
/// @param connection the one that it goes through alone, where one was named
/// @param resentOf the message that this one is a second sending of
/// @param provider who really sent it; null until somebody did
/// @param reason why it is in its state, in words
/// @param attempts oldest first; empty in lists
/// @param nextTryAt when it is tried or asked about next; null when nothing follows by itself
public record Message(
    String id,
    String state,
    String to,
    List<String> cc,
    List<String> bcc,
    List<String> replyTo,
    String from,
    String subject,
    @Nullable String template,
    String stream,
    Map<String, String> headers,
    List<String> tags,
    Map<String, String> metadata,
    @Nullable String connection,
    @Nullable String resentOf,
    String policy,
    @Nullable String provider,
    @Nullable String providerMessageId,
    @Nullable String reason,
    List<Attempt> attempts,
    @Nullable Instant nextTryAt,
    Instant createdAt,
    @Nullable Instant sentAt) {}
