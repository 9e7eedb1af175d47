package dev.tenon.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One try to send a message through one provider.
///
/// @param kind `sending`, or `looking` when the provider was only asked
/// @param decision why this was tried
/// @param refusedRecipients whom the provider will not deliver to, although it took the message
public record Attempt(
    int number,
    String provider,
    String connection,
    String kind,
    String outcome,
    @Nullable Integer status,
    @Nullable String code,
    @Nullable String detail,
    @Nullable String decision,
    @Nullable String requestId,
    @Nullable String providerMessageId,
    List<String> refusedRecipients,
    Instant startedAt,
    @Nullable Instant endedAt) {}
