package dev.tenon.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One email.
///
/// @param state `queued`, `sending`, `sent`, `failed`, `suppressed`, `uncertain`, `cancelled`, and
///   what providers report later; more may follow
/// @param provider who really sent it; null until somebody did
/// @param reason why it is in its state, in words
/// @param attempts oldest first; empty in lists
/// @param nextTryAt when it is tried or asked about next; null when nothing follows by itself
public record Message(
    String id,
    String state,
    String to,
    String from,
    String subject,
    @Nullable String template,
    String stream,
    String policy,
    @Nullable String provider,
    @Nullable String providerMessageId,
    @Nullable String reason,
    List<Attempt> attempts,
    @Nullable Instant nextTryAt,
    Instant createdAt,
    @Nullable Instant sentAt) {}
