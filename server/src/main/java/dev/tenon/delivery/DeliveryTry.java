package dev.tenon.delivery;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One call to an endpoint, as it is kept.
///
/// @param outcome `delivered`, `refused`, `unreachable` or `no_answer`
/// @param status null when there was no whole answer
/// @param headers the few of the answer that are kept
/// @param body the first 1 KB of the answer
/// @param error what went wrong, in words
/// @param nextAt when it was to be tried again
public record DeliveryTry(
    int number,
    String outcome,
    @Nullable Integer status,
    Map<String, String> headers,
    String body,
    String error,
    String url,
    int durationMillis,
    Instant startedAt,
    @Nullable Instant nextAt) {

  public DeliveryTry {
    headers = Map.copyOf(headers);
  }
}
