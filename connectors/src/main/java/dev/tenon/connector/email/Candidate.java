package dev.tenon.connector.email;

import java.time.Instant;

/// One connection that a message may go through, as it stands at the moment of deciding.
///
/// @param connection the connection's id or name, unique among the candidates
/// @param settling what its provider allows after an unknown outcome
/// @param breaker whether it is worth trying now
public record Candidate(String connection, Settling settling, Breaker breaker) {

  /// What experience says about a connection.
  public sealed interface Breaker {
    /// In use.
    record Closed() implements Breaker {}

    /// Skipped until `until`; from then on one try is allowed.
    record Open(Instant until) implements Breaker {}
  }

  public Candidate(String connection, Settling settling) {
    this(connection, settling, new Breaker.Closed());
  }

  /// When this candidate may be tried, at the earliest.
  Instant readyAt() {
    return switch (breaker) {
      case Breaker.Closed() -> Instant.MIN;
      case Breaker.Open(Instant until) -> until;
    };
  }
}
