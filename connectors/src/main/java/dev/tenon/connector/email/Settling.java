package dev.tenon.connector.email;

import java.time.Duration;

/// How an unknown outcome can be settled at a provider (wire reference, "Time-outs").
public sealed interface Settling {

  /// The provider replays its first answer for the same key and the same bytes.
  ///
  /// @param window how long after the first attempt that holds
  record RepeatWithSameKey(Duration window) implements Settling {}

  /// The provider can be asked by our message id.
  record LookUp() implements Settling {}

  /// Nothing but a webhook, if there is one, tells.
  record None() implements Settling {}
}
