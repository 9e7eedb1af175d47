package dev.tenon.inbox;

import java.util.List;

/// What a verified body turned out to hold.
public sealed interface Reading {

  /// The facts in the order of the body; none for a ping.
  record Facts(List<ReadFact> facts) implements Reading {
    public Facts {
      facts = List.copyOf(facts);
    }
  }

  /// Not a body that this provider sends. `reason` is for people and repeats nothing of the body.
  record Malformed(String reason) implements Reading {}
}
