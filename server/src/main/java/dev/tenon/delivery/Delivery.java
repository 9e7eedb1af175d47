package dev.tenon.delivery;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// One event on its way to one endpoint, or what became of it.
///
/// @param eventTenant whose event it is
/// @param lastStatus of the last answer
/// @param reason why it failed or was cancelled; what came of the last call while it waits
/// @param nextTryAt when it is tried again
public record Delivery(
    UUID id,
    UUID endpoint,
    UUID eventTenant,
    UUID event,
    String type,
    String about,
    State state,
    int attempts,
    @Nullable Integer lastStatus,
    String reason,
    Instant createdAt,
    @Nullable Instant nextTryAt,
    @Nullable Instant finishedAt) {

  /// Where it stands.
  public enum State {
    /// It is ready, or stands behind another of its object.
    WAITING,
    /// A call is under way.
    SENDING,
    /// A call failed; it is made again.
    RETRYING,
    /// Its endpoint is disabled.
    HELD,
    DELIVERED,
    /// Every try failed. Replay it.
    FAILED,
    /// Its endpoint was deleted.
    CANCELLED;

    /// As it stands in the API.
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static State of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}
