package dev.tenon.sandbox;

import java.net.URI;
import java.time.Instant;

/// One line of the delivery log: a webhook and how its last try ended.
///
/// @param id `dlv_` and a number
/// @param tries how often it was sent so far
/// @param state where it stands
/// @param status HTTP status of the last answer; 0 when there was none
/// @param response start of the last answer's body, or why there was none
/// @param at time of the last change
public record Delivery(
    String id,
    String eventId,
    String eventType,
    URI url,
    int tries,
    State state,
    int status,
    String response,
    Instant at) {
  /// Where a delivery stands.
  public enum State {
    /// Not sent yet, or waiting for its next try.
    WAITING,
    /// The endpoint answered 2xx.
    DELIVERED,
    /// The last try failed too.
    FAILED
  }
}
