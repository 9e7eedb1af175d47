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
/// | connection broken | next candidate; this one again once it was changed, or after a long pause; alert |
/// | passing | next candidate; this one again after a back-off |
/// | unknown | repeat with the same key while nobody has changed the connection, or look it up; else as [EmailRoute.WhenUnknown] says |
///
/// A repeat or look-up that fails by a passing fault settles nothing: the first sending is as
/// unknown as before. Nor does a later refusal: it says that *this* try did not go through, and
/// that a provider refuses the repeat of a key with other bytes even proves that the first arrived.
/// So after an unknown a message ends done or uncertain, never failed.
public final class EmailRouter {
  /// After this many attempts the message ends whatever its age.
  private static final int ATTEMPTS_MAX = 200;

  /// A one-time code can't wait: settle for this many repeats before the fallback.
  private static final int REPEATS_BEFORE_FALLBACK = 2;

  /// How soon to look whether somebody has mended a connection; looking is no try.
  private static final Duration LOOK_AGAIN = Duration.ofMinutes(5);

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
  /// so asking again later gives a shorter one; what follows a wait is to be asked for anew.
  public Decision next(EmailRoute route, List<Attempt> attempts, Instant now) {
    var past = new Past(attempts);
    Optional<Past.Unsettled> unsettled = past.unsettled();
    Optional<Decision> end = ended(past, unsettled);
    if (end.isPresent()) {
      return end.get();
    }
    if (unsettled.isPresent()) {
      Optional<Decision> settle = settle(route, past, unsettled.get(), now);
      if (settle.isPresent()) {
        return settle.get();
      }
    }
    return nextCandidate(route, past, unsettled, now);
  }

  /// Whether one of the attempts may have sent the message and nobody knows. While that is so, a
  /// second mail is possible, and the message is neither waiting nor failed but uncertain.
  public boolean isUnsettled(List<Attempt> attempts) {
    var past = new Past(attempts);
    return past.unsettled().isPresent()
        && !(ended(past, past.unsettled()).orElse(null) instanceof Decision.Done);
  }

  /// What to tell the operator about an attempt, if anything: a primary that fails silently behind
  /// a working fallback is found out by its invoice.
  public Optional<String> alert(Attempt attempt) {
    if (attempt
        instanceof
        Attempt.Sending(String connection, Outcome.ConnectionBroken<Sent> broken, Instant _)) {
      return Optional.of(
          "the connection '%s' can't be used: %s"
              .formatted(connection, Past.words(broken.detail())));
    }
    return Optional.empty();
  }

  /// An answer about the message itself ends it.
  private static Optional<Decision> ended(Past past, Optional<Past.Unsettled> unsettled) {
    if (past.isEmpty()) {
      return Optional.empty();
    }
    return switch (past.last()) {
      case Attempt.Sending(String connection, Outcome<Sent> outcome, Instant _) ->
          endedBy(connection, outcome, unsettled);
      case Attempt.Looking(String connection, LookedUp.Found(Sent sent, Outcome.Detail _), _) ->
          Optional.of(
              new Decision.Done(connection, sent, "'%s' has the message".formatted(connection)));
      case Attempt.Looking _ -> Optional.empty();
    };
  }

  private static Optional<Decision> endedBy(
      String connection, Outcome<Sent> outcome, Optional<Past.Unsettled> unsettled) {
    return switch (outcome) {
      case Outcome.Accepted<Sent>(Sent sent, Outcome.Detail _) ->
          Optional.of(new Decision.Done(connection, sent, accepted(connection, sent)));
      case Outcome.RefusedRecipient<Sent>(Outcome.Detail detail, List<String> _, boolean _) ->
          Optional.of(
              unsettled
                  .map(open -> holdAfterRefusal(open, connection, detail))
                  .orElseGet(
                      () ->
                          new Decision.Suppress(
                              connection,
                              "'%s' refused the recipient for good, so no other provider is tried: %s"
                                  .formatted(connection, Past.words(detail)))));
      case Outcome.RefusedRequest<Sent>(Outcome.Detail detail) ->
          Optional.of(
              unsettled
                  .map(open -> holdAfterRefusal(open, connection, detail))
                  .orElseGet(
                      () ->
                          new Decision.Fail(
                              "'%s' refused the request, which stays wrong: %s"
                                  .formatted(connection, Past.words(detail)))));
      case Outcome.ConnectionBroken<Sent> _, Outcome.Passing<Sent> _, Outcome.Unknown<Sent> _ ->
          Optional.empty();
    };
  }

  private static String accepted(String connection, Sent sent) {
    return sent.refusedRecipients().isEmpty()
        ? "'%s' accepted it".formatted(connection)
        : "'%s' accepted it, but will not deliver to %s"
            .formatted(connection, String.join(", ", sent.refusedRecipients()));
  }

  /// Empty when the unknown can't be settled (any more) and the policy allows to send again.
  private static Optional<Decision> settle(
      EmailRoute route, Past past, Past.Unsettled unsettled, Instant now) {
    boolean patient = route.unknown() == EmailRoute.WhenUnknown.AT_MOST_ONCE;
    Optional<Candidate> candidate =
        route.candidates().stream()
            .filter(one -> one.connection().equals(unsettled.connection()))
            .findFirst();
    Settling settling = candidate.map(Candidate::settling).orElse(new Settling.None());
    boolean moved =
        past.attempts().stream()
            .skip(unsettled.index() + 1L)
            .anyMatch(one -> !one.connection().equals(unsettled.connection()));
    if (!moved && past.size() < ATTEMPTS_MAX) {
      Optional<Decision> step =
          switch (settling) {
            case Settling.RepeatWithSameKey(Duration window) ->
                repeat(route, past, unsettled, candidate.orElseThrow(), window, now);
            case Settling.LookUp() -> lookUp(route, past, unsettled, now);
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
      Past past,
      Past.Unsettled unsettled,
      Candidate candidate,
      Duration window,
      Instant now) {
    // It may be another account by now, which would take the repeat for a mail of its own.
    if (candidate.changedAt().isAfter(unsettled.first())) {
      return Optional.empty();
    }
    boolean patient = route.unknown() == EmailRoute.WhenUnknown.AT_MOST_ONCE;
    Past.Tries tries = past.tries(candidate);
    if (!patient
        && (tries.broken()
            || tries.count() > REPEATS_BEFORE_FALLBACK
            || candidate.readyAt().isAfter(now))) {
      return Optional.empty();
    }
    Instant repeatAt = later(later(tries.dueAt(), candidate.readyAt()), now);
    // The age of the message is no bound here: repeating sends nothing new, it asks.
    if (repeatAt.isAfter(unsettled.first().plus(window))) {
      return Optional.empty();
    }
    Duration wait = Duration.between(now, repeatAt);
    boolean mendable = tries.broken() || candidate.isBroken();
    return Optional.of(
        new Decision.RepeatSame(
            candidate.connection(),
            mendable ? shorter(wait, LOOK_AGAIN) : wait,
            "the answer of '%s' was lost (%s); the same key makes it tell what became of the message"
                .formatted(candidate.connection(), Past.words(unsettled.detail()))));
  }

  private static Optional<Decision> lookUp(
      EmailRoute route, Past past, Past.Unsettled unsettled, Instant now) {
    List<Duration> pauses =
        route.unknown() == EmailRoute.WhenUnknown.AT_MOST_ONCE ? LOOKS_PATIENT : LOOKS_HASTY;
    int looks = past.size() - unsettled.index() - 1;
    if (looks >= pauses.size()) {
      return Optional.empty();
    }
    Instant due = past.last().at().plus(pauses.get(looks));
    return Optional.of(
        new Decision.LookUp(
            unsettled.connection(),
            Duration.between(now, later(due, now)),
            "the answer of '%s' was lost (%s); it can be asked for the message"
                .formatted(unsettled.connection(), Past.words(unsettled.detail()))));
  }

  /// The first candidate whose turn it is. Those that are still waiting (back-off, breaker, refused
  /// by their provider) are passed over; when all wait, so does the message.
  private static Decision nextCandidate(
      EmailRoute route, Past past, Optional<Past.Unsettled> unsettled, Instant now) {
    if (past.size() >= ATTEMPTS_MAX) {
      return giveUp(unsettled, "it was tried %d times".formatted(past.size()), past);
    }
    if (!now.isBefore(route.deadline())) {
      return giveUp(unsettled, "it is older than %s".formatted(hours(route.ageMax())), past);
    }
    List<Waiting> waiting =
        route.candidates().stream().map(candidate -> waiting(past, candidate)).toList();
    for (Waiting one : waiting) {
      if (!one.until().isAfter(now)) {
        return new Decision.Send(one.connection(), whyNow(route, past, one.connection()));
      }
    }
    Waiting first = waiting.stream().min(Comparator.comparing(Waiting::until)).orElseThrow();
    Duration wait = Duration.between(now, first.until());
    if (waiting.stream().anyMatch(Waiting::mendable)) {
      Duration left = Duration.between(now, route.deadline());
      return new Decision.RetryLater(
          shorter(shorter(wait, LOOK_AGAIN), left), whyMended(waiting, first, past));
    }
    if (!first.until().isBefore(route.deadline())) {
      return giveUp(
          unsettled,
          "nothing can be tried before it is older than %s".formatted(hours(route.ageMax())),
          past);
    }
    return new Decision.RetryLater(
        wait,
        "every connection failed by a passing fault or is being spared; '%s' is tried next%s"
            .formatted(first.connection(), past.lastWords()));
  }

  private static Waiting waiting(Past past, Candidate candidate) {
    Past.Tries tries = past.tries(candidate);
    return new Waiting(
        candidate.connection(),
        later(tries.dueAt(), candidate.readyAt()),
        tries.broken() || candidate.isBroken(),
        candidate.restWords());
  }

  private static String whyMended(List<Waiting> waiting, Waiting first, Past past) {
    String words =
        past.isEmpty()
            ? waiting.stream()
                .filter(one -> one.mendable() && !one.words().isEmpty())
                .findFirst()
                .map(one -> " ('%s' said %s)".formatted(one.connection(), one.words()))
                .orElse("")
            : past.lastWords();
    String state =
        waiting.stream().allMatch(Waiting::mendable)
            ? "no connection can be used until someone mends one"
            : "some connections wait for someone to mend them, the others are being spared";
    return "%s%s; a change is noticed within %d minutes, and '%s' is tried again in any case at %s"
        .formatted(
            state,
            words,
            LOOK_AGAIN.toMinutes(),
            first.connection(),
            first.until().truncatedTo(java.time.temporal.ChronoUnit.SECONDS));
  }

  private static String whyNow(EmailRoute route, Past past, String connection) {
    if (past.isEmpty()) {
      return route.candidates().getFirst().connection().equals(connection)
          ? "'%s' is the first choice".formatted(connection)
          : "the choices before '%s' are being spared after failures".formatted(connection);
    }
    return "'%s' is next%s".formatted(connection, past.lastWords());
  }

  private static Decision giveUp(Optional<Past.Unsettled> unsettled, String why, Past past) {
    // Something may have been sent long ago: that is not a failure, it is uncertain.
    return unsettled
        .<Decision>map(EmailRouter::hold)
        .orElseGet(() -> new Decision.Fail("not sent: " + why + past.lastWords()));
  }

  private static Decision hold(Past.Unsettled unsettled) {
    return new Decision.HoldUncertain(
        unsettled.connection(),
        "'%s' may have sent it (%s) and can't be asked now; sending again could be a second mail"
            .formatted(unsettled.connection(), Past.words(unsettled.detail())));
  }

  private static Decision holdAfterRefusal(
      Past.Unsettled unsettled, String connection, Outcome.Detail detail) {
    return new Decision.HoldUncertain(
        unsettled.connection(),
        "'%s' may have sent it (%s). '%s' refused it since (%s), which says nothing of that; sending again could be a second mail"
            .formatted(
                unsettled.connection(),
                Past.words(unsettled.detail()),
                connection,
                Past.words(detail)));
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  private static String hours(Duration age) {
    return age.toHours() > 0 ? age.toHours() + " h" : age.toSeconds() + " s";
  }

  /// @param mendable whether a person may end the wait sooner
  /// @param words what the provider said when the connection began to rest; may be empty
  private record Waiting(String connection, Instant until, boolean mendable, String words) {}
}
