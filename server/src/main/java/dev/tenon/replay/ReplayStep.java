package dev.tenon.replay;

import java.util.UUID;

/// What one step of a replay put back, and where the next one begins.
///
/// @param more whether there may be more behind `cursor`
public record ReplayStep(int count, UUID cursor, boolean more) {
  /// A step that found nothing left.
  public static ReplayStep none(UUID cursor) {
    return new ReplayStep(0, cursor, false);
  }
}
