package dev.tenon.email;

import dev.tenon.connector.email.Decision;
import dev.tenon.event.EventType;
import dev.tenon.event.NewEvent;
import dev.tenon.work.JobEnd;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a run of a message came to: the state it is left in, the end of its job, and the event that
/// tells of it. The one place where decisions become states.
///
/// @param state as `message.state`
/// @param sentBy the provider that has it, else null
record MailEnd(
    UUID message,
    String publicId,
    @Nullable UUID cause,
    String state,
    @Nullable String sentBy,
    @Nullable String providerMessageId,
    String reason,
    JobEnd job) {

  MailEnd {
    reason = reason.replace('\0', ' ');
  }

  /// The end that a decision means when no call follows from it now.
  ///
  /// @param provider of the connection that has the message, where one has it
  static MailEnd of(Sending sending, Decision decision, String provider) {
    return switch (decision) {
      case Decision.Done done ->
          new MailEnd(
              sending.id,
              sending.publicId(),
              sending.job.cause(),
              "sent",
              provider,
              done.sent().providerMessageId(),
              done.reason(),
              new JobEnd.Done(done.reason()));
      case Decision.Suppress suppress -> over(sending, "suppressed", suppress.reason());
      case Decision.Fail fail -> over(sending, "failed", fail.reason());
      case Decision.HoldUncertain hold -> over(sending, "uncertain", hold.reason());
      case Decision.RetryLater later ->
          waits(sending, new JobEnd.Later(later.reason(), later.after()));
      case Decision.RepeatSame same ->
          waits(sending, new JobEnd.Later(same.reason(), same.after()));
      case Decision.LookUp look -> waits(sending, new JobEnd.Later(look.reason(), look.after()));
      case Decision.Send send -> throw new IllegalStateException("not an end: " + send);
    };
  }

  private static MailEnd over(Sending sending, String state, String reason) {
    return new MailEnd(
        sending.id,
        sending.publicId(),
        sending.job.cause(),
        state,
        null,
        null,
        reason,
        new JobEnd.Done(reason));
  }

  private static MailEnd waits(Sending sending, JobEnd.Later later) {
    return new MailEnd(
        sending.id,
        sending.publicId(),
        sending.job.cause(),
        "queued",
        null,
        null,
        later.reason(),
        later);
  }

  /// What the application is told; nothing while the message only waits.
  Optional<NewEvent> event() {
    return type()
        .map(
            type -> {
              Map<String, @Nullable Object> data = new HashMap<>();
              data.put("state", state);
              data.put("provider", sentBy);
              data.put("reason", reason);
              return new NewEvent(type, publicId, data, cause);
            });
  }

  private Optional<EventType> type() {
    return switch (state) {
      case "sent" -> Optional.of(EventType.MESSAGE_SENT);
      case "failed", "suppressed" -> Optional.of(EventType.MESSAGE_FAILED);
      case "uncertain" -> Optional.of(EventType.MESSAGE_UNCERTAIN);
      default -> Optional.empty();
    };
  }
}
