package dev.tenon.endpoint;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How an endpoint fares.
///
/// @param failures failed calls since the last one that succeeded
/// @param failingSince null while the last call succeeded, or before the first
/// @param restsUntil set while it rests: then one single call is made, and none before
/// @param lastError what came of the last failed call, in words
public record EndpointHealth(
    int failures, @Nullable Instant failingSince, @Nullable Instant restsUntil, String lastError) {
  static final EndpointHealth WELL = new EndpointHealth(0, null, null, "");
}
