package dev.tenon.connector.email;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenon.connector.Outcome;
import dev.tenon.connector.Outcome.Detail;
import dev.tenon.connector.email.EmailRoute.WhenUnknown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Plays messages to their end against providers that answer by chance.
class EmailRouterPropertyTest {
  private static final Instant START = Instant.parse("2026-11-24T02:00:00Z");
  private static final Detail DETAIL = Detail.none("by chance");
  private static final int STEPS_MAX = 1_000;

  private final EmailRouter router = new EmailRouter();

  @Property(tries = 500)
  void alwaysEnds(
      @ForAll long seed,
      @ForAll WhenUnknown unknown,
      @ForAll @IntRange(min = 1, max = 4) int size) {
    Play play = play(seed, unknown, size);
    assertThat(play.last().isFinal()).isTrue();
    assertThat(play.last().reason()).isNotBlank();
  }

  @Property(tries = 500)
  void neverSendsThroughAnotherProviderAfterAnUnknownUnderAtMostOnce(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int size) {
    Play play = play(seed, WhenUnknown.AT_MOST_ONCE, size);
    String uncertain = "";
    for (Attempt attempt : play.attempts()) {
      if (!uncertain.isEmpty()) {
        assertThat(attempt.connection()).isEqualTo(uncertain);
        assertThat(attempt instanceof Attempt.Sending && !uncertain.startsWith("repeat")).isFalse();
      }
      if (attempt instanceof Attempt.Sending(String connection, Outcome.Unknown<Sent> _, var _)) {
        uncertain = connection;
      }
    }
    if (!uncertain.isEmpty()) {
      assertThat(play.last())
          .as("an unknown that nobody settled is no failure")
          .isNotInstanceOf(Decision.RetryLater.class);
    }
  }

  @Property(tries = 500)
  void neverSendsAfterARefusal(
      @ForAll long seed,
      @ForAll WhenUnknown unknown,
      @ForAll @IntRange(min = 1, max = 4) int size) {
    List<Attempt> attempts = play(seed, unknown, size).attempts();
    for (Attempt attempt : attempts.subList(0, Math.max(0, attempts.size() - 1))) {
      if (attempt instanceof Attempt.Sending(String _, Outcome<Sent> outcome, Instant _)) {
        assertThat(outcome)
            .isNotInstanceOf(Outcome.RefusedRecipient.class)
            .isNotInstanceOf(Outcome.RefusedRequest.class)
            .isNotInstanceOf(Outcome.Accepted.class);
      }
    }
  }

  /// It was "never again for the message", which failed every mail for good while a key was being
  /// replaced. Rarely is what spares the provider; never is what loses mail.
  @Property(tries = 500)
  void usesABrokenConnectionAgainOnlyAfterALongPause(
      @ForAll long seed,
      @ForAll WhenUnknown unknown,
      @ForAll @IntRange(min = 1, max = 4) int size) {
    Map<String, Instant> brokenAt = new HashMap<>();
    for (Attempt attempt : play(seed, unknown, size).attempts()) {
      if (attempt
          instanceof Attempt.Sending(String connection, Outcome<Sent> outcome, Instant at)) {
        if (brokenAt.containsKey(connection)) {
          assertThat(Duration.between(brokenAt.get(connection), at))
              .isGreaterThanOrEqualTo(Duration.ofMinutes(5));
        }
        brokenAt.remove(connection);
        if (outcome instanceof Outcome.ConnectionBroken<Sent>) {
          brokenAt.put(connection, at);
        }
      }
    }
  }

  /// Another account takes a repeat under the same key for a mail of its own.
  @Property(tries = 500)
  void repeatsNothingThroughAConnectionThatWasChangedAfterTheFirstSending(
      @ForAll @IntRange(min = -3_600, max = 3_600) int changed,
      @ForAll @IntRange(min = 1, max = 40_000) int later,
      @ForAll boolean repeatedBefore) {
    List<Attempt> attempts = new ArrayList<>();
    attempts.add(new Attempt.Sending("a", new Outcome.Unknown<>(DETAIL), START));
    if (repeatedBefore) {
      attempts.add(new Attempt.Sending("a", new Outcome.Unknown<>(DETAIL), START.plusSeconds(5)));
    }
    Decision decision =
        router.next(
            new EmailRoute(
                List.of(
                    new Candidate(
                        "a",
                        new Settling.RepeatWithSameKey(Duration.ofHours(23)),
                        new Candidate.Breaker.Closed(),
                        START.plusSeconds(changed)),
                    new Candidate("b", new Settling.None())),
                WhenUnknown.AT_MOST_ONCE,
                START,
                Duration.ofHours(24)),
            attempts,
            START.plusSeconds(later));
    assertThat(decision)
        .isInstanceOf(changed > 0 ? Decision.HoldUncertain.class : Decision.RepeatSame.class);
  }

  @Property(tries = 500)
  void neverCallsAMessageFailedThatMayHaveBeenSent(
      @ForAll long seed,
      @ForAll WhenUnknown unknown,
      @ForAll @IntRange(min = 1, max = 4) int size) {
    Play play = play(seed, unknown, size);
    boolean lost =
        play.attempts().stream()
            .anyMatch(
                attempt ->
                    attempt instanceof Attempt.Sending sending
                        && sending.outcome() instanceof Outcome.Unknown<Sent>);
    if (lost) {
      assertThat(play.last()).isInstanceOfAny(Decision.Done.class, Decision.HoldUncertain.class);
    }
  }

  private Play play(long seed, WhenUnknown unknown, int size) {
    Random chance = new Random(seed);
    List<Candidate> candidates = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      candidates.add(
          switch (chance.nextInt(3)) {
            case 0 ->
                new Candidate("repeat" + i, new Settling.RepeatWithSameKey(Duration.ofHours(24)));
            case 1 -> new Candidate("look" + i, new Settling.LookUp());
            default -> new Candidate("none" + i, new Settling.None());
          });
    }
    List<Attempt> attempts = new ArrayList<>();
    Instant now = START;
    for (int step = 0; step < STEPS_MAX; step++) {
      List<Candidate> seen = new ArrayList<>();
      for (Candidate candidate : candidates) {
        seen.add(
            chance.nextInt(5) == 0
                ? new Candidate(
                    candidate.connection(),
                    candidate.settling(),
                    new Candidate.Breaker.Open(now.plusSeconds(chance.nextInt(120))))
                : candidate);
      }
      EmailRoute route = new EmailRoute(seen, unknown, START, Duration.ofHours(24));
      Decision decision = router.next(route, attempts, now);
      if (decision.isFinal()) {
        return new Play(attempts, decision);
      }
      switch (decision) {
        case Decision.Send(String connection, String _) ->
            attempts.add(new Attempt.Sending(connection, outcome(chance), now));
        case Decision.RepeatSame(String connection, Duration after, String _) -> {
          now = now.plus(after);
          if (after.isZero()) {
            attempts.add(new Attempt.Sending(connection, outcome(chance), now));
          }
        }
        case Decision.LookUp(String connection, Duration after, String _) -> {
          now = now.plus(after);
          if (after.isZero()) {
            attempts.add(new Attempt.Looking(connection, answer(chance), now));
          }
        }
        case Decision.RetryLater(Duration after, String _) -> {
          assertThat(after).isPositive();
          now = now.plus(after);
        }
        case Decision.Done _, Decision.Suppress _, Decision.Fail _, Decision.HoldUncertain _ ->
            throw new IllegalStateException("final");
      }
      now = now.plusMillis(chance.nextInt(3_000));
    }
    return new Play(attempts, new Decision.RetryLater(Duration.ZERO, ""));
  }

  private static Outcome<Sent> outcome(Random chance) {
    return switch (chance.nextInt(20)) {
      case 0 -> new Outcome.Accepted<>(new Sent("id"), DETAIL);
      case 1 -> new Outcome.RefusedRecipient<>(DETAIL);
      case 2 -> new Outcome.RefusedRequest<>(DETAIL);
      case 3 -> new Outcome.ConnectionBroken<>(DETAIL);
      case 4, 5, 6, 7, 8 -> new Outcome.Unknown<>(DETAIL);
      default -> new Outcome.Passing<>(Duration.ofSeconds(chance.nextInt(600)), DETAIL);
    };
  }

  private static LookedUp answer(Random chance) {
    return switch (chance.nextInt(6)) {
      case 0 -> new LookedUp.Found(new Sent("id"), DETAIL);
      case 1 -> new LookedUp.Unanswered(DETAIL);
      default -> new LookedUp.Missing(DETAIL);
    };
  }

  private record Play(List<Attempt> attempts, Decision last) {}
}
