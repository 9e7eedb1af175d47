package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the attempts at a message tell, oldest first.
record Past(List<Attempt> attempts) {
  private static final Duration BACKOFF_FIRST = Duration.ofSeconds(5);
  private static final Duration BACKOFF_MAX = Duration.ofMinutes(30);

  /// A connection that its provider refuses is tried again by the same message, though rarely: a
  /// quota fills up and an account is paid without anybody changing anything here.
  private static final List<Duration> BROKEN_PAUSES =
      List.of(
          Duration.ofMinutes(5),
          Duration.ofMinutes(10),
          Duration.ofMinutes(20),
          Duration.ofMinutes(30),
          Duration.ofHours(1));

  Past {
    attempts = List.copyOf(attempts);
  }

  /// A sending whose end nobody knows.
  ///
  /// @param first when the first sending through its connection ended
  /// @param index its place among the attempts
  record Unsettled(String connection, Instant first, int index, Outcome.Detail detail) {}

  /// What was tried through one connection.
  ///
  /// @param count sendings
  /// @param broken whether the last of them was refused with the connection, and nobody has changed
  ///   that since
  /// @param dueAt when the next may be made
  record Tries(int count, boolean broken, Instant dueAt) {}

  boolean isEmpty() {
    return attempts.isEmpty();
  }

  int size() {
    return attempts.size();
  }

  Attempt last() {
    return attempts.getLast();
  }

  /// The latest sending whose end nobody knows. It stays so through passing faults of repeats.
  Optional<Unsettled> unsettled() {
    for (int i = attempts.size() - 1; i >= 0; i--) {
      if (attempts.get(i)
          instanceof
          Attempt.Sending(String connection, Outcome.Unknown<Sent>(Outcome.Detail detail), _)) {
        Instant first =
            attempts.stream()
                .filter(
                    one -> one instanceof Attempt.Sending && one.connection().equals(connection))
                .findFirst()
                .map(Attempt::at)
                .orElseThrow();
        return Optional.of(new Unsettled(connection, first, i, detail));
      }
    }
    return Optional.empty();
  }

  Tries tries(Candidate candidate) {
    int count = 0;
    int refusals = 0;
    boolean broken = false;
    Instant dueAt = Instant.MIN;
    for (Attempt attempt : attempts) {
      if (attempt instanceof Attempt.Sending(String name, Outcome<Sent> outcome, Instant at)
          && name.equals(candidate.connection())) {
        count++;
        broken = outcome instanceof Outcome.ConnectionBroken<Sent>;
        if (broken) {
          refusals++;
          dueAt = at.plus(BROKEN_PAUSES.get(Math.min(refusals, BROKEN_PAUSES.size()) - 1));
          if (candidate.changedAt().isAfter(at)) {
            broken = false;
            refusals = 0;
            dueAt = candidate.changedAt();
          }
        } else {
          Duration backoff = backoff(count);
          Duration wish = wish(outcome);
          dueAt = at.plus(wish.compareTo(backoff) > 0 ? wish : backoff);
        }
      }
    }
    return new Tries(count, broken, dueAt);
  }

  private static Duration wish(Outcome<Sent> outcome) {
    return outcome instanceof Outcome.Passing<Sent>(Duration retryAfter, Outcome.Detail _, var _)
        ? retryAfter
        : Duration.ZERO;
  }

  /// 5 s, 10 s, 20 s, … up to 30 minutes. Without chance, so that deciding twice gives one answer;
  /// whoever schedules for many adds the jitter.
  private static Duration backoff(int count) {
    Duration grown = BACKOFF_FIRST.multipliedBy(1L << Math.min(count - 1, 16));
    return grown.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : grown;
  }

  /// What the last attempt came to, as a clause for a reason; empty without one.
  String lastWords() {
    if (attempts.isEmpty()) {
      return "";
    }
    return switch (attempts.getLast()) {
      case Attempt.Sending(String connection, Outcome<Sent> outcome, Instant _) ->
          " (last: '%s' said %s)".formatted(connection, words(outcome.detail()));
      case Attempt.Looking(String connection, LookedUp _, Instant _) ->
          " (last: '%s' was asked and doesn't know it)".formatted(connection);
    };
  }

  static String words(Outcome.Detail detail) {
    String code = detail.code().isEmpty() ? "" : " " + detail.code();
    return detail.status() == 0
        ? detail.message()
        : detail.status() + code + ": " + detail.message();
  }
}
