package dev.tenon.client;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where events go.
///
/// @param eventTypes empty for all
/// @param headerNames names of its own headers, whose values are never shown
/// @param payload `full` or `thin`
/// @param signing `v1` or `v1a`
/// @param secret shown in the answer that made it and null ever after; keep it where the receiver
///   finds it
/// @param signingKeys those that sign, the newest first
/// @param failures failed calls since the last one that succeeded
/// @param restsUntil after many failures it rests until then
public record Endpoint(
    String id,
    String url,
    String description,
    List<String> eventTypes,
    List<String> headerNames,
    @Nullable Integer rate,
    boolean ordered,
    String payload,
    String signing,
    @Nullable String secret,
    List<SigningKey> signingKeys,
    String state,
    String disabledReason,
    @Nullable Instant disabledAt,
    int failures,
    @Nullable Instant failingSince,
    @Nullable Instant restsUntil,
    String lastError,
    Instant createdAt,
    Instant updatedAt) {
  /// Without the secret.
  @Override
  public String toString() {
    return "Endpoint[id=%s, url=%s, state=%s]".formatted(id, url, state);
  }
}
