package dev.tenon.registration;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An endpoint that this server made, or is about to make, at a provider.
///
/// @param asked what the call was made with, so that a repetition is the same
/// @param busyUntil nobody else works on it before
/// @param endpoint the provider's id; empty until the provider has told it
/// @param secretOrdinal which of the connection's secrets signs what it sends
/// @param retireAt when it is removed at the provider; null as long as it is used
record Registration(
    UUID id,
    UUID connection,
    State state,
    String asked,
    Instant busyUntil,
    String endpoint,
    int secretOrdinal,
    @Nullable Instant retireAt,
    Instant createdAt) {

  /// Where it stands.
  enum State {
    /// Written down; the call may have been made.
    CREATING,
    /// In use.
    REGISTERED,
    /// Another one has taken its place; it is removed at the provider at `retireAt`.
    RETIRING,
    /// Removed by this server.
    RETIRED,
    /// Somebody removed it at the provider.
    GONE;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
