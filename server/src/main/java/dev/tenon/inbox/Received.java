package dev.tenon.inbox;

import dev.tenon.connector.signature.Verdict;

/// What became of a delivery: what the sender is answered follows from it.
public sealed interface Received {

  /// The commit that holds it is done; it may be acknowledged.
  ///
  /// @param fresh false when all of it had been received before
  record Accepted(boolean fresh) implements Received {}

  /// The signature was not accepted; nothing is kept.
  record Refused(Verdict verdict) implements Received {}

  /// Truly signed, but not a body that the provider sends.
  record Malformed(String reason) implements Received {}

  /// Too much is waiting, or the database does not answer. The sender should come back.
  record Busy() implements Received {}
}
