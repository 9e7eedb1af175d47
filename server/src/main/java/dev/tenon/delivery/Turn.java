package dev.tenon.delivery;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// An endpoint for which something is ready, when its turn has come.
///
/// @param state what the endpoint is now
/// @param rate calls a second at most, over all nodes
/// @param restsUntil set while its breaker is open
record Turn(
    TenantId tenant,
    UUID endpoint,
    State state,
    int version,
    boolean ordered,
    @Nullable Integer rate,
    @Nullable Instant restsUntil) {

  enum State {
    ENABLED,
    DISABLED,
    /// Deleted.
    GONE
  }

  /// Whether all nodes together decide how much it gets.
  boolean shared() {
    return rate != null || restsUntil != null;
  }
}
