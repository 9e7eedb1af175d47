package dev.tenon.delivery;

import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A replay of many deliveries, asked for at once.
///
/// @param state `running`, `done` or `cancelled`
/// @param matched how many fitted when it was asked for, counted no further than one more than it
///   may
/// @param replayed how many were put back into the queue so far
record DeliveryReplay(
    UUID id,
    String state,
    Filter filter,
    int matched,
    int replayed,
    String requestedBy,
    Instant createdAt,
    @Nullable Instant finishedAt) {

  /// Which deliveries.
  ///
  /// @param endpoint only those to it; needed with [Which#MISSING]
  /// @param since of events told from then on
  /// @param until of events told before then
  /// @param deliveriesMax how many at most
  record Filter(
      Which which,
      @Nullable UUID endpoint,
      @Nullable String type,
      Instant since,
      Instant until,
      int deliveriesMax) {
    static final int DELIVERIES_MAX = 100_000;
    static final int DELIVERIES_DEFAULT = 10_000;
  }

  /// What became of them.
  enum Which {
    FAILED,
    CANCELLED,
    /// Delivered: the receiver gets them again, under the same ids.
    DELIVERED,
    /// Events that the endpoint listens to and never had a delivery of: told while it was disabled,
    /// or before it was made.
    MISSING;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Which of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }
}
