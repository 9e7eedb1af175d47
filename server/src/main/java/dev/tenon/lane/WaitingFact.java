package dev.tenon.lane;

import java.time.Instant;
import java.util.UUID;

/// A fact that is about to be applied, with the delivery it came in. A class, not a record: it
/// carries the raw body.
public final class WaitingFact {
  private final UUID id;
  private final UUID lane;
  private final UUID receivedEvent;
  private final int ordinal;
  private final String kind;
  private final String object;
  private final Instant occurredAt;
  private final int failures;
  private final byte[] body;

  WaitingFact(
      UUID id,
      UUID lane,
      UUID receivedEvent,
      int ordinal,
      String kind,
      String object,
      Instant occurredAt,
      int failures,
      byte[] body) {
    this.id = id;
    this.lane = lane;
    this.receivedEvent = receivedEvent;
    this.ordinal = ordinal;
    this.kind = kind;
    this.object = object;
    this.occurredAt = occurredAt;
    this.failures = failures;
    this.body = body;
  }

  public UUID id() {
    return id;
  }

  UUID lane() {
    return lane;
  }

  public UUID receivedEvent() {
    return receivedEvent;
  }

  /// The place of this fact in its delivery, from 0.
  public int ordinal() {
    return ordinal;
  }

  /// The provider's name for what happened.
  public String kind() {
    return kind;
  }

  /// The provider's id of the object.
  public String object() {
    return object;
  }

  /// When it happened by the provider's clock.
  public Instant occurredAt() {
    return occurredAt;
  }

  int failures() {
    return failures;
  }

  /// The raw body of the delivery, as it was verified. Not to be changed.
  public byte[] body() {
    return body;
  }
}
