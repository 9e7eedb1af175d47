package dev.tenon.inbox;

import java.util.List;

/// What a verified body turned out to hold.
public sealed interface Reading {

  /// The facts in the order of the body; none for a ping.
  ///
  /// @param account the provider's account that they are about, where one address hears of several;
  ///   else empty
  /// @param live whether they are of the provider's real world
  record Facts(List<ReadFact> facts, String account, boolean live) implements Reading {
    public Facts {
      facts = List.copyOf(facts);
    }

    /// Of the account that the connection is for.
    public Facts(List<ReadFact> facts) {
      this(facts, "", true);
    }
  }

  /// Not a body that this provider sends. `reason` is for people and repeats nothing of the body.
  record Malformed(String reason) implements Reading {}
}
