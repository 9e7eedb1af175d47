package dev.tenon.connector.email;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Where one message may go, and how far to go for it.
///
/// @param candidates in order: the default, then the fallbacks by priority; 1 to 20
/// @param unknown what to do when a lost answer can't be settled
/// @param acceptedAt when the message was taken in
/// @param ageMax how long it is worth sending
public record EmailRoute(
    List<Candidate> candidates, WhenUnknown unknown, Instant acceptedAt, Duration ageMax) {
  private static final int CANDIDATES_MAX = 20;

  /// The choice between a mail that may be missing and a mail that may come twice.
  public enum WhenUnknown {
    /// Rather none than two: receipts, marketing.
    AT_MOST_ONCE,
    /// Rather two than none: one-time codes, password resets.
    AT_LEAST_ONCE
  }

  public EmailRoute {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty() || candidates.size() > CANDIDATES_MAX) {
      throw new IllegalArgumentException(
          "a route needs 1 to 20 connections, but has " + candidates.size());
    }
    Set<String> names = new HashSet<>();
    for (Candidate candidate : candidates) {
      if (!names.add(candidate.connection())) {
        throw new IllegalArgumentException(
            "the connection '%s' is twice in the route".formatted(candidate.connection()));
      }
    }
    if (!ageMax.isPositive()) {
      throw new IllegalArgumentException("the greatest age of a message must be positive");
    }
  }

  /// The same route through one connection alone, without fallback. Throws
  /// [NoSuchEmailProviderException] when it isn't among the candidates.
  public EmailRoute named(String connection) {
    for (Candidate candidate : candidates) {
      if (candidate.connection().equals(connection)) {
        return new EmailRoute(List.of(candidate), unknown, acceptedAt, ageMax);
      }
    }
    throw new NoSuchEmailProviderException(
        connection, candidates.stream().map(Candidate::connection).toList());
  }

  Instant deadline() {
    return acceptedAt.plus(ageMax);
  }
}
