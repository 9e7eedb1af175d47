package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;

/// What a provider says when asked about a message whose answer was lost.
public sealed interface LookedUp {
  Outcome.Detail detail();

  /// It has the message: nothing more is to be sent.
  record Found(Sent sent, Outcome.Detail detail) implements LookedUp {}

  /// It doesn't show the message. Searches lag behind, so this proves nothing at once.
  record Missing(Outcome.Detail detail) implements LookedUp {}

  /// The question itself failed.
  record Unanswered(Outcome.Detail detail) implements LookedUp {}
}
