package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Remembers, within one process, which providers keep failing, so that each message doesn't find
/// it out anew.
public final class EmailBreakers {
  private static final int FAILURES_MAX = 5;
  private static final Duration REST = Duration.ofSeconds(60);

  /// A bad key is mended by a person, not by time: rarer tries suffice.
  private static final Duration REST_BROKEN = Duration.ofMinutes(5);

  private final InstantSource clock;
  private final Map<String, State> states = new ConcurrentHashMap<>();

  public EmailBreakers(InstantSource clock) {
    this.clock = clock;
  }

  /// Whether the connection is worth trying now.
  public Candidate.Breaker state(String connection) {
    State state = states.getOrDefault(connection, State.WELL);
    return state.restUntil().isAfter(clock.instant())
        ? new Candidate.Breaker.Open(state.restUntil())
        : new Candidate.Breaker.Closed();
  }

  /// The connections that are not worth trying now.
  public List<String> open() {
    Instant now = clock.instant();
    return states.entrySet().stream()
        .filter(entry -> entry.getValue().restUntil().isAfter(now))
        .map(Map.Entry::getKey)
        .toList();
  }

  /// Learns from how a call ended.
  public void record(String connection, Outcome<Sent> outcome) {
    Instant now = clock.instant();
    states.compute(
        connection, (_, before) -> after(before == null ? State.WELL : before, outcome, now));
  }

  private static State after(State before, Outcome<Sent> outcome, Instant now) {
    return switch (outcome) {
      // Any answer about the message shows that the provider works.
      case Outcome.Accepted<Sent> _,
          Outcome.RefusedRecipient<Sent> _,
          Outcome.RefusedRequest<Sent> _ ->
          State.WELL;
      case Outcome.ConnectionBroken<Sent> _ -> new State(FAILURES_MAX, now.plus(REST_BROKEN));
      // A rate limit is no failure: the provider says when to come back.
      case Outcome.Passing<Sent>(Duration retryAfter, Outcome.Detail detail) ->
          detail.status() == 429
              ? new State(before.failures(), now.plus(retryAfter))
              : failed(before, now);
      case Outcome.Unknown<Sent> _ -> failed(before, now);
    };
  }

  private static State failed(State before, Instant now) {
    int failures = Math.min(before.failures() + 1, FAILURES_MAX);
    // Once at the limit, one try is allowed after each rest.
    return new State(failures, failures < FAILURES_MAX ? before.restUntil() : now.plus(REST));
  }

  private record State(int failures, Instant restUntil) {
    static final State WELL = new State(0, Instant.EPOCH);
  }
}
