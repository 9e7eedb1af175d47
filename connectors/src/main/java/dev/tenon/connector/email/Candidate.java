package dev.tenon.connector.email;

import java.time.Instant;

/// One connection that a message may go through, as it stands at the moment of deciding.
///
/// @param connection the connection's id or name, unique among the candidates
/// @param settling what its provider allows after an unknown outcome
/// @param breaker whether it is worth trying now
/// @param changedAt when somebody last changed its settings or credentials: what its provider
///   refused before that may be mended. [Instant#MIN] when that is not known
public record Candidate(String connection, Settling settling, Breaker breaker, Instant changedAt) {

  /// What experience says about a connection.
  public sealed interface Breaker {
    /// In use.
    record Closed() implements Breaker {}

    /// Skipped until `until`. From then on one try at a time is allowed ([BreakerState]), so while
    /// one is under way this tells the others to wait a little longer.
    ///
    /// @param broken whether it waits for a person rather than for time
    /// @param words what its provider said, for people; may be empty
    record Open(Instant until, boolean broken, String words) implements Breaker {
      public Open(Instant until) {
        this(until, false, "");
      }
    }
  }

  public Candidate(String connection, Settling settling, Breaker breaker) {
    this(connection, settling, breaker, Instant.MIN);
  }

  public Candidate(String connection, Settling settling) {
    this(connection, settling, new Breaker.Closed());
  }

  /// When this candidate may be tried, at the earliest.
  Instant readyAt() {
    return switch (breaker) {
      case Breaker.Closed() -> Instant.MIN;
      case Breaker.Open open -> open.until();
    };
  }

  boolean isBroken() {
    return breaker instanceof Breaker.Open open && open.broken();
  }

  /// What its provider said when it began to rest; may be empty.
  String restWords() {
    return breaker instanceof Breaker.Open open ? open.words() : "";
  }
}
