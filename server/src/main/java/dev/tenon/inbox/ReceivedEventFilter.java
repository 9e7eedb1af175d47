package dev.tenon.inbox;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Which received events a list shows.
///
/// @param connection only those of this connection
/// @param state only those with a fact in this state
/// @param kind only those with a fact of this kind; where it ends in `*`, of a kind that begins so
/// @param since only those received from then on
/// @param until only those received before then
record ReceivedEventFilter(
    @Nullable UUID connection,
    @Nullable State state,
    @Nullable String kind,
    Instant since,
    Instant until) {

  /// Where a fact can be. `held` is part of `waiting`: it failed and waits for its next try.
  enum State {
    WAITING,
    HELD,
    APPLIED,
    IGNORED,
    UNASSIGNED,
    DEAD
  }

  /// Whether facts have to be looked at to answer it.
  boolean looksAtFacts() {
    return state != null || kind != null;
  }
}
