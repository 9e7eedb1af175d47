package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Instant;

/// One thing that was tried for a message, and how it ended. The list of them, oldest first, is all
/// that the router knows of the past.
public sealed interface Attempt {
  String connection();

  /// When it ended.
  Instant at();

  /// The message was given to the connection's provider, for the first time or again.
  record Sending(String connection, Outcome<Sent> outcome, Instant at) implements Attempt {}

  /// The provider was asked whether it has the message.
  record Looking(String connection, LookedUp answer, Instant at) implements Attempt {}
}
