package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The rules of fallback, as a pure function of the route, of what was tried and of the time. It
/// holds no state, so any node can decide the next step of any message.
///
/// | last outcome | next |
/// |---|---|
/// | accepted | done |
/// | refused recipient | suppress; no fallback, since every provider would be refused |
/// | refused request | fail; it stays wrong |
/// | connection broken | next candidate, and never this one again for this message; alert |
/// | passing | next candidate; this one again after a back-off |
/// | unknown | repeat with the same key, or look it up; else as [EmailRoute.WhenUnknown] says |
///
/// A repeat or look-up that fails by a passing fault settles nothing: the first sending is as
/// unknown as before. Only an answer about the message itself settles it.
public final class EmailRouter {
  /// After 16 tries through one connection the back-off no longer grows, and after this many in all
  /// the message ends whatever its age.
  private static final int ATTEMPTS_MAX = 200;

  private static final Duration BACKOFF_FIRST = Duration.ofSeconds(5);
  private static final Duration BACKOFF_MAX = Duration.ofMinutes(30);

  /// A one-time code can't wait: settle for this many repeats before the fallback.
  private static final int REPEATS_BEFORE_FALLBACK = 2;

  /// Pauses before each look-up; a provider's search lags behind.
  private static final List<Duration> LOOKS_PATIENT =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofSeconds(30),
          Duration.ofMinutes(2),
          Duration.ofMinutes(10),
          Duration.ofMinutes(30));

  private static final List<Duration> LOOKS_HASTY =
      List.of(Duration.ofSeconds(3), Duration.ofSeconds(10));

  /// The next step at `now`, given all attempts so far, oldest first. Waits are counted from `now`,
  /// so asking again later gives a shorter one.
  public Decision next(EmailRoute route, List<Attempt> attempts, Instant now) {
    Optional<Decision> end = ended(attempts);
    if (end.isPresent()) {
      return end.get();
    }
    Optional<Unsettled> unsettled = unsettled(attempts);
    if (unsettled.isPresent()) {
      Optional<Decision> settle = settle(route, attempts, unsettled.get(), now);
      if (settle.isPresent()) {
        return settle.get();
      }
    }
    return nextCandidate(route, attempts, unsettled, now);
  }

  /// What to tell the operator about an attempt, if anything: a primary that fails silently behind
  /// a working fallback is found out by its invoice.
  public Optional<String> alert(Attempt attempt) {
    if (attempt
        instanceof
        Attempt.Sending(
            String connection,
            Outcome.ConnectionBroken<Sent>(Outcome.Detail detail),
            Instant _)) {
      return Optional.of(
          "the connection '%s' can't be used: %s".formatted(connection, words(detail)));
    }
    return Optional.empty();
  }

  /// An answer about the message itself ends it.
  private static Optional<Decision> ended(List<Attempt> attempts) {
    if (attempts.isEmpty()) {
      return Optional.empty();
    }
    Attempt last = attempts.getLast();
    return switch (last) {
      case Attempt.Sending(String connection, Outcome<Sent> outcome, Instant _) ->
          endedBy(connection, outcome);
      case Attempt.Looking(String connection, LookedUp.Found(Sent sent, Outcome.Detail _), _) ->
          Optional.of(
              new Decision.Done(connection, sent, "'%s' has the message".formatted(connection)));
      case Attempt.Looking _ -> Optional.empty();
    };
  }

  private static Optional<Decision> endedBy(String connection, Outcome<Sent> outcome) {
    return switch (outcome) {
      case Outcome.Accepted<Sent>(Sent sent, Outcome.Detail _) ->
          Optional.of(
              new Decision.Done(connection, sent, "'%s' accepted it".formatted(connection)));
      case Outcome.RefusedRecipient<Sent>(Outcome.Detail detail) ->
          Optional.of(
              new Decision.Suppress(
                  connection,
                  "'%s' refused the recipient for good, so no other provider is tried: %s"
                      .formatted(connection, words(detail))));
      case Outcome.RefusedRequest<Sent>(Outcome.Detail detail) ->
          Optional.of(
              new Decision.Fail(
                  "'%s' refused the request, which stays wrong: %s"
                      .formatted(connection, words(detail))));
      case Outcome.ConnectionBroken<Sent> _, Outcome.Passing<Sent> _, Outcome.Unknown<Sent> _ ->
          Optional.empty();
    };
  }

  /// The latest sending whose end nobody knows. It stays so through passing faults of repeats.
  private static Optional<Unsettled> unsettled(List<Attempt> attempts) {
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

  /// Empty when the unknown can't be settled (any more) and the policy allows to send again.
  private static Optional<Decision> settle(
      EmailRoute route, List<Attempt> attempts, Unsettled unsettled, Instant now) {
    boolean patient = route.unknown() == EmailRoute.WhenUnknown.AT_MOST_ONCE;
    Optional<Candidate> candidate =
        route.candidates().stream()
            .filter(one -> one.connection().equals(unsettled.connection()))
            .findFirst();
    Settling settling = candidate.map(Candidate::settling).orElse(new Settling.None());
    boolean moved =
        attempts.stream()
            .skip(unsettled.index() + 1L)
            .anyMatch(one -> !one.connection().equals(unsettled.connection()));
    if (!moved && attempts.size() < ATTEMPTS_MAX) {
      Optional<Decision> step =
          switch (settling) {
            case Settling.RepeatWithSameKey(Duration window) ->
                repeat(route, attempts, unsettled, candidate.orElseThrow(), window, now);
            case Settling.LookUp() -> lookUp(route, attempts, unsettled, now);
            case Settling.None() -> Optional.empty();
          };
      if (step.isPresent()) {
        return step;
      }
    }
    return patient ? Optional.of(hold(unsettled)) : Optional.empty();
  }

  private static Optional<Decision> repeat(
      EmailRoute route,
      List<Attempt> attempts,
      Unsettled unsettled,
      Candidate candidate,
      Duration window,
      Instant now) {
    boolean patient = route.unknown() == EmailRoute.WhenUnknown.AT_MOST_ONCE;
    Tries tries = tries(attempts, candidate.connection());
    if (tries.broken() || (!patient && tries.count() > REPEATS_BEFORE_FALLBACK)) {
      return Optional.empty();
    }
    Instant due = later(tries.dueAt(), candidate.readyAt());
    if (!patient && candidate.readyAt().isAfter(now)) {
      return Optional.empty();
    }
    Instant repeatAt = later(due, now);
    // The age of the message is no bound here: repeating sends nothing new, it asks.
    if (repeatAt.isAfter(unsettled.first().plus(window))) {
      return Optional.empty();
    }
    return Optional.of(
        new Decision.RepeatSame(
            candidate.connection(),
            Duration.between(now, repeatAt),
            "the answer of '%s' was lost (%s); the same key makes it tell what became of the message"
                .formatted(candidate.connection(), words(unsettled.detail()))));
  }

  private static Optional<Decision> lookUp(
      EmailRoute route, List<Attempt> attempts, Unsettled unsettled, Instant now) {
    List<Duration> pauses =
        route.unknown() == EmailRoute.WhenUnknown.AT_MOST_ONCE ? LOOKS_PATIENT : LOOKS_HASTY;
    int looks = attempts.size() - unsettled.index() - 1;
    if (looks >= pauses.size()) {
      return Optional.empty();
    }
    Instant due = attempts.getLast().at().plus(pauses.get(looks));
    return Optional.of(
        new Decision.LookUp(
            unsettled.connection(),
            Duration.between(now, later(due, now)),
            "the answer of '%s' was lost (%s); it can be asked for the message"
                .formatted(unsettled.connection(), words(unsettled.detail()))));
  }

  /// The first candidate whose turn it is. Those that are still waiting (back-off, breaker) are
  /// passed over; when all wait, so does the message.
  private static Decision nextCandidate(
      EmailRoute route, List<Attempt> attempts, Optional<Unsettled> unsettled, Instant now) {
    if (attempts.size() >= ATTEMPTS_MAX) {
      return giveUp(unsettled, "it was tried %d times".formatted(attempts.size()), attempts);
    }
    if (!now.isBefore(route.deadline())) {
      return giveUp(unsettled, "it is older than %s".formatted(hours(route.ageMax())), attempts);
    }
    List<Waiting> waiting =
        route.candidates().stream()
            .filter(candidate -> !tries(attempts, candidate.connection()).broken())
            .map(
                candidate ->
                    new Waiting(
                        candidate.connection(),
                        later(
                            tries(attempts, candidate.connection()).dueAt(), candidate.readyAt())))
            .toList();
    if (waiting.isEmpty()) {
      return giveUp(unsettled, "no connection can be used until someone mends it", attempts);
    }
    for (Waiting one : waiting) {
      if (!one.until().isAfter(now)) {
        return new Decision.Send(one.connection(), whyNow(route, attempts, one.connection()));
      }
    }
    Waiting first = waiting.stream().min(Comparator.comparing(Waiting::until)).orElseThrow();
    if (!first.until().isBefore(route.deadline())) {
      return giveUp(
          unsettled,
          "nothing can be tried before it is older than %s".formatted(hours(route.ageMax())),
          attempts);
    }
    return new Decision.RetryLater(
        Duration.between(now, first.until()),
        "every connection failed by a passing fault or is being spared; '%s' is tried next%s"
            .formatted(first.connection(), lastWords(attempts)));
  }

  private static String whyNow(EmailRoute route, List<Attempt> attempts, String connection) {
    if (attempts.isEmpty()) {
      return route.candidates().getFirst().connection().equals(connection)
          ? "'%s' is the first choice".formatted(connection)
          : "the choices before '%s' are being spared after failures".formatted(connection);
    }
    return "'%s' is next%s".formatted(connection, lastWords(attempts));
  }

  private static Decision giveUp(
      Optional<Unsettled> unsettled, String why, List<Attempt> attempts) {
    // Something may have been sent long ago: that is not a failure, it is uncertain.
    return unsettled
        .<Decision>map(EmailRouter::hold)
        .orElseGet(() -> new Decision.Fail("not sent: " + why + lastWords(attempts)));
  }

  private static Decision hold(Unsettled unsettled) {
    return new Decision.HoldUncertain(
        unsettled.connection(),
        "'%s' may have sent it (%s) and can't be asked now; sending again could be a second mail"
            .formatted(unsettled.connection(), words(unsettled.detail())));
  }

  private static Tries tries(List<Attempt> attempts, String connection) {
    int count = 0;
    boolean broken = false;
    Instant dueAt = Instant.MIN;
    for (Attempt attempt : attempts) {
      if (attempt instanceof Attempt.Sending(String name, Outcome<Sent> outcome, Instant at)
          && name.equals(connection)) {
        count++;
        broken |= outcome instanceof Outcome.ConnectionBroken<Sent>;
        Duration wish =
            outcome instanceof Outcome.Passing<Sent>(Duration retryAfter, Outcome.Detail _)
                ? retryAfter
                : Duration.ZERO;
        Duration backoff = backoff(count);
        dueAt = at.plus(wish.compareTo(backoff) > 0 ? wish : backoff);
      }
    }
    return new Tries(count, broken, dueAt);
  }

  /// 5 s, 10 s, 20 s, … up to 30 minutes. Without chance, so that deciding twice gives one answer;
  /// the caller spreads the load by adding jitter when it schedules.
  private static Duration backoff(int count) {
    Duration grown = BACKOFF_FIRST.multipliedBy(1L << Math.min(count - 1, 16));
    return grown.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : grown;
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static String lastWords(List<Attempt> attempts) {
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

  private static String words(Outcome.Detail detail) {
    String code = detail.code().isEmpty() ? "" : " " + detail.code();
    return detail.status() == 0
        ? detail.message()
        : detail.status() + code + ": " + detail.message();
  }

  private static String hours(Duration age) {
    return age.toHours() > 0 ? age.toHours() + " h" : age.toSeconds() + " s";
  }

  private record Unsettled(String connection, Instant first, int index, Outcome.Detail detail) {}

  private record Tries(int count, boolean broken, Instant dueAt) {}

  private record Waiting(String connection, Instant until) {}
}
