package dev.tenon.console;

import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Puts the line from cause to effect together.
final class Timeline {
  private final List<TimelineStep> steps = new ArrayList<>();

  void received(InboxQueries.Received event) {
    steps.add(
        new TimelineStep(
            "received",
            event.receivedAt,
            new Mark(Mark.Shape.DOT, Mark.Tone.GOOD, "received"),
            "Webhook received",
            event.provider,
            "",
            "Signature verified, %d bytes stored before they were acknowledged."
                .formatted(event.bodyBytes),
            "",
            ""));
  }

  void fact(InboxQueries.Fact fact, Instant receivedAt, Instant now) {
    @Nullable Instant until = fact.until();
    Instant at = fact.finished() && until != null ? until : now;
    String title =
        switch (fact.state()) {
          case "applied" -> "Applied " + fact.kind();
          case "ignored" -> "Nothing to do for " + fact.kind();
          case "unassigned" -> fact.kind() + " fits no known tenant";
          case "dead" -> "Gave up on " + fact.kind();
          case "retrying" -> fact.kind() + " will be tried again";
          default -> fact.kind() + " waits to be applied";
        };
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.FACT, fact.id()),
            at,
            Mark.fact(fact.state()),
            title,
            fact.failures() == 0 ? "" : tries(fact.failures()),
            fact.finished() ? Moment.took(Duration.between(receivedAt, at)) : "",
            fact.result(),
            advice(fact),
            ""));
  }

  private static String tries(int failures) {
    return failures == 1 ? "1 failed try" : failures + " failed tries";
  }

  private static String advice(InboxQueries.Fact fact) {
    @Nullable Instant until = fact.until();
    return switch (fact.state()) {
      case "unassigned" -> "Create the tenant or connection it belongs to, then replay it.";
      case "dead" -> "Clear what the error names, then replay it. A replay changes nothing twice.";
      case "retrying" ->
          until != null
              ? "Next try at %s. Nothing needs to be done unless it keeps failing."
                  .formatted(new Moment(until, until).exact())
              : "It is tried again in a moment.";
      default -> "";
    };
  }

  void message(MessageRow message, String href) {
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.MESSAGE, message.id()),
            message.createdAt().at(),
            Mark.message(message.state()),
            (message.template().isEmpty() ? "Message" : "Message " + message.template())
                + " to "
                + message.recipient(),
            message.sentBy().isEmpty() ? "" : "sent by " + message.sentBy(),
            "",
            message.reason(),
            messageAdvice(message),
            href));
  }

  private static String messageAdvice(MessageRow message) {
    return switch (message.state()) {
      case "uncertain" ->
          "It may have been sent. A webhook or a look-up at the provider settles it.";
      case "failed" -> "Read what the providers said below, mend it, then send the mail again.";
      case "bounced" -> "Ask the person for another address.";
      default -> "";
    };
  }

  void attempt(UUID message, MessageQueries.Attempt attempt) {
    @Nullable Instant end = attempt.endedAt();
    Instant ended = end == null ? attempt.startedAt() : end;
    String title =
        switch (attempt.outcome()) {
          case "accepted" -> attempt.provider() + " accepted it";
          case "started" -> "Asking " + attempt.provider();
          case "refused_recipient" -> attempt.provider() + " refused the recipient";
          case "refused_request" -> attempt.provider() + " refused the mail";
          case "connection_broken" -> attempt.provider() + " refused the key";
          case "passing" -> attempt.provider() + " can't take it now";
          case "unknown" -> attempt.provider() + " may or may not have taken it";
          case "found" -> attempt.provider() + " has it";
          case "missing" -> attempt.provider() + " does not have it";
          case "unanswered" -> "Asked " + attempt.provider() + ", which did not say";
          default -> attempt.provider() + ": " + attempt.outcome();
        };
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.MESSAGE, message) + " " + attempt.number(),
            attempt.startedAt(),
            Mark.attempt(attempt.outcome()),
            title,
            "attempt "
                + attempt.number()
                + (attempt.decision().isEmpty() ? "" : ": " + attempt.decision()),
            ended.equals(attempt.startedAt())
                ? ""
                : Moment.took(Duration.between(attempt.startedAt(), ended)),
            attempt.words(),
            attempt.outcome().equals("connection_broken")
                ? "Paste a new key into the connection, or check that it belongs to this account."
                : "",
            ""));
  }

  void event(MessageQueries.Event event) {
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.EVENT, event.id()),
            event.createdAt(),
            new Mark(Mark.Shape.DOT, Mark.Tone.GOOD, "written"),
            "Event " + event.type(),
            Ids.write(Prefix.EVENT, event.id()),
            "",
            "about " + event.about(),
            "",
            ""));
  }

  /// The steps in the order they happened; what happened at once stays as it was added.
  List<TimelineStep> steps() {
    return steps.stream().sorted(Comparator.comparing(TimelineStep::at)).toList();
  }
}
