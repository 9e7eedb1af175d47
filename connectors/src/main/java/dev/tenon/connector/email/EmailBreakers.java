package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// Remembers, within one process, which providers keep failing, so that each message doesn't find
/// it out anew. The rules are [BreakerState]'s.
public final class EmailBreakers {
  /// Longer than any call: a try that never came back stands in nobody's way for ever.
  private static final Duration TRY_MAX = Duration.ofMinutes(2);

  /// How soon the others look again while one try is under way.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(10);

  private final InstantSource clock;
  private final Map<String, Held> states = new ConcurrentHashMap<>();

  public EmailBreakers(InstantSource clock) {
    this.clock = clock;
  }

  /// Whether the connection is worth trying now.
  public Candidate.Breaker state(String connection) {
    Held held = states.getOrDefault(connection, Held.WELL);
    Instant now = clock.instant();
    if (held.state().isResting(now)) {
      return open(held, held.state().restUntil());
    }
    if (held.state().isTripped() && held.tryUntil().isAfter(now)) {
      return open(held, now.plus(LOOK_AGAIN));
    }
    return new Candidate.Breaker.Closed();
  }

  private static Candidate.Breaker open(Held held, Instant until) {
    return new Candidate.Breaker.Open(until, held.state().isBroken(), held.state().words());
  }

  /// Asks to make a call now. After a rest only one at a time may: false for the others, which then
  /// decide anew.
  public boolean enter(String connection) {
    Instant now = clock.instant();
    var entered = new AtomicBoolean(true);
    states.computeIfPresent(
        connection,
        (_, held) -> {
          if (!held.state().isTripped()) {
            return held;
          }
          entered.set(!held.state().isResting(now) && !held.tryUntil().isAfter(now));
          return entered.get() ? new Held(held.state(), now.plus(TRY_MAX)) : held;
        });
    return entered.get();
  }

  /// Learns from how a call ended.
  public void record(String connection, Outcome<Sent> outcome) {
    Instant now = clock.instant();
    states.compute(
        connection,
        (_, before) ->
            new Held(
                (before == null ? BreakerState.WELL : before.state()).after(outcome, now),
                Instant.EPOCH));
  }

  private record Held(BreakerState state, Instant tryUntil) {
    static final Held WELL = new Held(BreakerState.WELL, Instant.EPOCH);
  }
}
