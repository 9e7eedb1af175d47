package dev.tenon.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How one call to an endpoint ended.
///
/// @param status null when there was no whole answer
/// @param headers the few of the answer that are kept
/// @param body the first 1 KB of the answer
/// @param error what went wrong, in words; empty when it was delivered
/// @param retryAfter how long the receiver asked to wait; zero when it didn't say
record CallEnd(
    Outcome outcome,
    @Nullable Integer status,
    Map<String, String> headers,
    String body,
    String error,
    String url,
    Duration took,
    Instant startedAt,
    Duration retryAfter) {

  CallEnd {
    headers = Map.copyOf(headers);
  }

  /// As `delivery_attempt.outcome`, in lower case.
  enum Outcome {
    /// 2xx.
    DELIVERED,
    /// Any other answer.
    REFUSED,
    /// Nothing reached the receiver.
    UNREACHABLE,
    /// The request was sent and no whole answer came in time: the receiver may have acted on it.
    NO_ANSWER
  }

  boolean delivered() {
    return outcome == Outcome.DELIVERED;
  }

  /// The receiver took longer than it may. A connection that broke sooner is no sign that it has
  /// too much to do.
  boolean timedOut() {
    return outcome == Outcome.NO_ANSWER
        && took.compareTo(DeliveryCall.TIMEOUT.minusSeconds(1)) >= 0;
  }

  /// The receiver says that it is gone for good.
  boolean gone() {
    return status != null && status == 410;
  }

  /// The receiver, or what stands before it, asks for fewer calls.
  boolean throttled() {
    return status != null && (status == 429 || (status == 503 && !retryAfter.isZero()));
  }
}
