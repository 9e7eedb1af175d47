package dev.tenon.connector.email;

import dev.tenon.connector.Outcome;
import java.time.Duration;
import java.time.Instant;

/// What experience says about one connection, and how each outcome changes it. A value without a
/// memory of its own: where it is kept (one process, or a table that many share) is the caller's.
///
/// It trips after five failures in a row, at once when the provider refuses the connection, and
/// when the provider asks for a pause. Then it rests, and after the rest **one** try at a time is
/// allowed until one succeeds: a thousand messages that waited must not all find out that nothing
/// changed.
///
/// @param failures in a row, up to [#FAILURES_MAX]
/// @param since when it tripped; [Instant#EPOCH] while it is well
/// @param restUntil until when it is not to be used; [Instant#EPOCH] while it is well
/// @param changedAt when an outcome last changed this
/// @param why why it tripped; says nothing while it is well
/// @param words what the provider said then, for people
public record BreakerState(
    int failures, Instant since, Instant restUntil, Instant changedAt, Why why, String words) {
  /// Failures in a row after which a connection rests.
  public static final int FAILURES_MAX = 5;

  /// Nothing is known against it.
  public static final BreakerState WELL =
      new BreakerState(0, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Why.FAILING, "");

  private static final Duration REST = Duration.ofSeconds(60);

  /// A bad key is mended by a person, not by time: rarer tries suffice.
  private static final Duration REST_BROKEN = Duration.ofMinutes(5);

  private static final Duration REST_LIMITED_MIN = Duration.ofSeconds(1);
  private static final Duration REST_LIMITED_MAX = Duration.ofHours(24);

  /// Why a connection rests.
  public enum Why {
    /// It fails or doesn't answer; it is looked at again after a minute.
    FAILING,
    /// Its provider refuses it (key, account, quota); a person has to mend it.
    BROKEN,
    /// Its provider asked for a pause.
    LIMITED
  }

  /// Whether it rests, or has rested and is not well again yet.
  public boolean isTripped() {
    return restUntil.isAfter(Instant.EPOCH);
  }

  public boolean isResting(Instant now) {
    return restUntil.isAfter(now);
  }

  public boolean isBroken() {
    return isTripped() && why == Why.BROKEN;
  }

  /// The same, but at its end of rest when somebody changed the connection since: then one try
  /// tells whether that mended it.
  public BreakerState knowing(Instant connectionChangedAt) {
    return isTripped() && why == Why.BROKEN && connectionChangedAt.isAfter(changedAt)
        ? new BreakerState(failures, since, connectionChangedAt, changedAt, why, words)
        : this;
  }

  /// How a call that ended at `now` changes it.
  public BreakerState after(Outcome<Sent> outcome, Instant now) {
    return switch (outcome) {
      // Refused on this side, before the provider was asked: that tells nothing of it.
      case Outcome.RefusedRequest<Sent> refused when refused.detail().status() == 0 -> this;
      case Outcome.Accepted<Sent> _,
          Outcome.RefusedRecipient<Sent> _,
          Outcome.RefusedRequest<Sent> _ ->
          answered(now);
      case Outcome.ConnectionBroken<Sent> broken ->
          switch (broken.reach()) {
            // Likewise without a status: the connection itself doesn't carry the stream.
            case SENDER -> broken.detail().status() == 0 ? this : answered(now);
            case CONNECTION ->
                tripped(FAILURES_MAX, now.plus(REST_BROKEN), Why.BROKEN, broken.detail(), now);
          };
      case Outcome.Passing<Sent> passing -> after(passing, now);
      case Outcome.Unknown<Sent> unknown -> failed(unknown.detail(), now);
    };
  }

  private BreakerState after(Outcome.Passing<Sent> passing, Instant now) {
    Outcome.Detail detail = passing.detail();
    if (detail.code().equals(EmailProvider.BUSY_HERE)) {
      return this;
    }
    return switch (passing.of()) {
      case PROVIDER -> failed(detail, now);
      // Somebody's mailbox is full, or his server wants to see the mail twice: this server works.
      case REQUEST -> answered(now);
      case LIMIT -> limited(passing, now);
    };
  }

  /// A rate limit is no failure: the provider says when to come back.
  private BreakerState limited(Outcome.Passing<Sent> passing, Instant now) {
    Duration wish = passing.retryAfter();
    Duration rest = wish.compareTo(REST_LIMITED_MIN) > 0 ? wish : REST_LIMITED_MIN;
    Instant until = now.plus(rest.compareTo(REST_LIMITED_MAX) < 0 ? rest : REST_LIMITED_MAX);
    return isResting(until)
        ? this
        : tripped(failures, until, isBroken() ? Why.BROKEN : Why.LIMITED, passing.detail(), now);
  }

  /// Any answer about the message shows that the provider works. It doesn't end a pause that the
  /// provider asked for.
  private BreakerState answered(Instant now) {
    return why == Why.LIMITED && isResting(now) ? this : WELL;
  }

  private BreakerState failed(Outcome.Detail detail, Instant now) {
    int more = Math.min(failures + 1, FAILURES_MAX);
    return more < FAILURES_MAX
        ? new BreakerState(more, since, restUntil, changedAt, why, words)
        : tripped(
            more, later(restUntil, now.plus(REST)), isBroken() ? why : Why.FAILING, detail, now);
  }

  private BreakerState tripped(
      int failed, Instant until, Why reason, Outcome.Detail detail, Instant now) {
    return new BreakerState(
        failed, isTripped() ? since : now, until, now, reason, Past.words(detail));
  }

  private static Instant later(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }
}
