package dev.tenon.connector.email;

import java.time.Duration;

/// What to do next with a message. Each says why in words for the message's timeline.
public sealed interface Decision {
  String reason();

  /// True when nothing follows: the message has reached its end, or waits for something other than
  /// time (a webhook, a person).
  default boolean isFinal() {
    return switch (this) {
      case Send _, RepeatSame _, LookUp _, RetryLater _ -> false;
      case Done _, Suppress _, Fail _, HoldUncertain _ -> true;
    };
  }

  /// Give it to this connection now.
  record Send(String connection, String reason) implements Decision {}

  /// Send the same bytes with the same key through the same connection, `after` from now.
  record RepeatSame(String connection, Duration after, String reason) implements Decision {}

  /// Ask this connection's provider whether it has the message, `after` from now.
  record LookUp(String connection, Duration after, String reason) implements Decision {}

  /// Nothing can be done now: decide again `after` from now. Never zero.
  record RetryLater(Duration after, String reason) implements Decision {}

  /// A provider has it.
  record Done(String connection, Sent sent, String reason) implements Decision {}

  /// The recipient is refused for good: put it on the suppression list and end.
  record Suppress(String connection, String reason) implements Decision {}

  /// It was not sent and won't be.
  record Fail(String reason) implements Decision {}

  /// It may have been sent and nobody can tell yet: keep it, visible, until a webhook or a person
  /// settles it. Sending again could be a second mail.
  record HoldUncertain(String connection, String reason) implements Decision {}
}
