package dev.tenon.inbox;

import dev.tenon.tenant.TenantId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/// One verified delivery on its way into the database.
final class Intake {
  final TenantId tenant;
  final UUID connection;
  final String provider;
  final ReceivedFrom origin;
  final UUID receivedEvent;
  final long receivedMicros;
  final byte[] sealed;
  final int bodyBytes;
  final List<QueuedFact> facts;

  Intake(
      TenantId tenant,
      UUID connection,
      String provider,
      ReceivedFrom origin,
      UUID receivedEvent,
      Instant receivedAt,
      byte[] sealed,
      int bodyBytes,
      List<QueuedFact> facts) {
    this.tenant = tenant;
    this.connection = connection;
    this.provider = provider;
    this.origin = origin;
    this.receivedEvent = receivedEvent;
    this.receivedMicros = micros(receivedAt);
    this.sealed = sealed;
    this.bodyBytes = bodyBytes;
    this.facts = facts;
  }

  /// A fact with the ids it will have. `key` and `lane` are digests of what the provider names, so
  /// that queue rows have one size.
  record QueuedFact(UUID id, UUID key, UUID lane, String kind, String object, long occurredMicros) {
    QueuedFact(UUID id, UUID key, UUID lane, String kind, String object, Instant occurredAt) {
      this(id, key, lane, kind, object, micros(occurredAt));
    }
  }

  /// Counted here, on the request's own thread: a time that overflows must not fail a batch of
  /// others.
  private static long micros(Instant instant) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
  }
}
