package dev.tenon.email;

import dev.tenon.connector.email.Decision;
import dev.tenon.event.EventType;
import dev.tenon.event.MessageLabels;
import dev.tenon.event.NewEvent;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import dev.tenon.work.Job;
import dev.tenon.work.JobEnd;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// What a run of a message came to: the state it is left in, the end of its job, and the event that
/// tells of it. The one place where decisions become states.
///
/// A message that waits is `queued` while it certainly has not been sent, and `uncertain` while an
/// attempt may have sent it: then it can't be cancelled, and whoever sends it again knows the risk.
///
/// @param state as `message.state`
/// @param sentBy the provider that has it, else null
/// @param leftOut whom the suppression list left out
record MailEnd(
    About about,
    @Nullable UUID cause,
    String state,
    @Nullable String sentBy,
    @Nullable String providerMessageId,
    String reason,
    JobEnd job,
    List<String> leftOut) {
  /// Waits are drawn out by up to this share, by chance, so that the mails that one outage held
  /// back don't all return in the same second.
  private static final double JITTER = 0.2;

  /// Which message it is of, and what events say of it.
  record About(UUID id, MessageLabels labels) {}

  MailEnd {
    reason = reason.replace('\0', ' ');
    leftOut = List.copyOf(leftOut);
  }

  private MailEnd(
      About about,
      @Nullable UUID cause,
      String state,
      @Nullable String sentBy,
      @Nullable String providerMessageId,
      String reason,
      JobEnd job) {
    this(about, cause, state, sentBy, providerMessageId, reason, job, List.of());
  }

  /// The same end of a mail that some of its recipients did not get.
  MailEnd leavingOut(List<String> addresses, String words) {
    return new MailEnd(
        about,
        cause,
        state,
        sentBy,
        providerMessageId,
        reason.contains(words) ? reason : reason + words,
        job,
        addresses);
  }

  /// The end that a decision means when no call follows from it now.
  ///
  /// @param provider of the connection that has the message, where one has it
  /// @param unsettled whether an attempt may have sent it
  static MailEnd of(Job job, About message, Decision decision, String provider, boolean unsettled) {
    return switch (decision) {
      case Decision.Done done ->
          new MailEnd(
              message,
              job.cause(),
              "sent",
              provider,
              done.sent().providerMessageId(),
              done.reason(),
              new JobEnd.Done(done.reason()));
      case Decision.Suppress suppress -> over(job, message, "suppressed", suppress.reason());
      case Decision.Fail fail -> failed(job, message, fail.reason());
      case Decision.HoldUncertain hold -> over(job, message, "uncertain", hold.reason());
      case Decision.RetryLater later ->
          waits(job, message, later.reason(), later.after(), unsettled);
      case Decision.RepeatSame same -> waits(job, message, same.reason(), same.after(), unsettled);
      case Decision.LookUp look -> waits(job, message, look.reason(), look.after(), unsettled);
      case Decision.Send send -> throw new IllegalStateException("not an end: " + send);
    };
  }

  static MailEnd failed(Job job, About message, String reason) {
    return over(job, message, "failed", reason);
  }

  private static MailEnd over(Job job, About message, String state, String reason) {
    return new MailEnd(message, job.cause(), state, null, null, reason, new JobEnd.Done(reason));
  }

  static MailEnd waits(Job job, About message, String reason, Duration after, boolean unsettled) {
    double share = JITTER * ThreadLocalRandom.current().nextDouble();
    Duration drawnOut = after.plusMillis(Math.round(after.toMillis() * share));
    return new MailEnd(
        message,
        job.cause(),
        unsettled ? "uncertain" : "queued",
        null,
        null,
        reason,
        new JobEnd.Later(reason, drawnOut));
  }

  /// Whether it rests on a provider's word that it has the message. That is true whoever the job
  /// belongs to by now.
  boolean isProof() {
    return state.equals("sent");
  }

  /// When something follows by itself; null when nothing does.
  @Nullable OffsetDateTime nextAt(Instant now) {
    return job instanceof JobEnd.Later later
        ? now.plus(later.pause()).atOffset(ZoneOffset.UTC)
        : null;
  }

  /// Which message it is of.
  UUID message() {
    return about.id();
  }

  /// What the application is told; nothing while the message only waits.
  Optional<NewEvent> event() {
    return job instanceof JobEnd.Later
        ? Optional.empty()
        : Optional.of(told(about, state, sentBy, reason, cause));
  }

  /// The event of a message that has come to `state`.
  static NewEvent told(
      About message, String state, @Nullable String sentBy, String reason, @Nullable UUID cause) {
    Map<String, @Nullable Object> data = new HashMap<>();
    data.put("state", state);
    data.put("provider", sentBy);
    data.put("reason", reason);
    return new NewEvent(
        type(state), Ids.write(Prefix.MESSAGE, message.id()), message.labels().with(data), cause);
  }

  private static EventType type(String state) {
    return switch (state) {
      case "sent" -> EventType.MESSAGE_SENT;
      case "failed", "suppressed" -> EventType.MESSAGE_FAILED;
      case "uncertain" -> EventType.MESSAGE_UNCERTAIN;
      default -> throw new IllegalStateException("no event tells of " + state);
    };
  }
}
