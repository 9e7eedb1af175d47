package dev.tenon.connector.http;

import java.time.Duration;

/// Hears of every call that ended, for logs and metrics. Called on the calling thread after the
/// connection is back in the pool; what it throws reaches the caller, so it must not throw.
@FunctionalInterface
public interface CallObserver {
  /// Watches nothing.
  CallObserver NONE = (_, _, _, _, _) -> {};

  /// One call has ended.
  ///
  /// @param method HTTP method
  /// @param host host name as called, without path or query, which may hold personal data
  /// @param status HTTP status, 0 when there was no whole answer
  /// @param reason what broke, empty when there was an answer
  /// @param took from the call to its end
  void ended(String method, String host, int status, String reason, Duration took);
}
