package dev.tenon.work;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A job to be made.
///
/// @param cause the fact that led to it
/// @param priority 0 (first) to 9
/// @param notBefore null for at once
public record NewJob(
    String kind,
    int version,
    String payload,
    @Nullable UUID cause,
    int priority,
    @Nullable Instant notBefore) {

  /// The priority of ordinary follow-up work.
  public static final int ORDINARY = 5;

  /// The last priority that is urgent: up to here a job may take places beyond its tenant's share.
  public static final int URGENT = 2;

  public static NewJob of(String kind, String payload, @Nullable UUID cause) {
    return new NewJob(kind, 1, payload, cause, ORDINARY, null);
  }
}
