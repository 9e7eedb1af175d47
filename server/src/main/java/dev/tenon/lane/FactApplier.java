package dev.tenon.lane;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.UUID;

/// Turns one provider's facts into state and follow-up work: the seam between the engine and the
/// features.
///
/// It is called within the transaction that will mark the facts applied, so whatever it writes
/// through `tx` happens once. It must not call the outside. Its result must not depend on the order
/// of facts, on repetition, or on how they are cut into calls.
public interface FactApplier {

  /// The provider whose facts it applies.
  String provider();

  /// Applies facts of one connection; those of one lane stand in the order they arrived. Answers
  /// one result a fact, in the same order. When it throws, nothing of the call has happened and the
  /// engine tries smaller parts, down to one fact.
  ///
  /// @param owner the tenant whose connection the facts came through
  List<Applied> apply(EngineTx tx, TenantId owner, UUID connection, List<WaitingFact> facts);

  /// Applies one fact that has the transaction to itself, so that it may wait for locks: whoever
  /// waits here holds nothing that others of the same transaction took.
  default Applied applyAlone(EngineTx tx, TenantId owner, UUID connection, WaitingFact fact) {
    return apply(tx, owner, connection, List.of(fact)).getFirst();
  }
}
