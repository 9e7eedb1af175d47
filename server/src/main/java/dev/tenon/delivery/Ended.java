package dev.tenon.delivery;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A delivery whose call has ended, and what follows for it.
///
/// @param call null when none was made, since the event or the endpoint is gone
/// @param next what becomes of the delivery
record Ended(Claimed delivery, @Nullable CallEnd call, Next next) {

  /// What becomes of it.
  sealed interface Next {
    /// It leaves the queue.
    ///
    /// @param state as `delivery.state`
    /// @param reason empty when it was delivered
    record Over(String state, String reason) implements Next {}

    /// It is tried again.
    record Again(Instant at, String error) implements Next {}
  }

  /// The number of its call.
  int number() {
    return delivery.attempts() + 1;
  }

  int attempts() {
    return call == null ? delivery.attempts() : number();
  }

  int failures() {
    return call == null || call.delivered() ? delivery.failures() : delivery.failures() + 1;
  }

  @Nullable Integer status() {
    return call == null ? null : call.status();
  }

  @Nullable Instant nextAt() {
    return next instanceof Next.Again again ? again.at() : null;
  }
}
