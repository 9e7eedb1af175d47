package dev.tenon.lane;

import java.time.Instant;
import java.util.UUID;

/// Facts as the engine hands them to an applier, for tests of appliers.
public final class MadeFact {
  private MadeFact() {}

  /// A fact that is the `ordinal`th of a delivery.
  public static WaitingFact of(UUID id, UUID receivedEvent, int ordinal, String kind, byte[] body) {
    return new WaitingFact(
        id, UUID.randomUUID(), receivedEvent, ordinal, kind, "", Instant.EPOCH, 0, body);
  }
}
