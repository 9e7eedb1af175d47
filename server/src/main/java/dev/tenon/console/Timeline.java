package dev.tenon.console;

import dev.tenon.delivery.Delivery;
import dev.tenon.delivery.DeliveryTry;
import dev.tenon.feedback.MailReport;
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
  /// What a fact leads to is written in one transaction with its end; this is more than that takes.
  private static final Duration SAME_MOMENT = Duration.ofMinutes(1);

  private final List<TimelineStep> steps = new ArrayList<>();

  void received(InboxQueries.Received event) {
    steps.add(
        new TimelineStep(
            "received",
            event.receivedAt,
            new Mark(Mark.Shape.DOT, Mark.Tone.GOOD, "received"),
            switch (event.origin) {
              case "webhook" -> "Webhook received";
              case "reconciliation" -> "Found missing";
              default -> "Fetched";
            },
            event.provider,
            "",
            came(event).formatted(event.bodyBytes),
            "",
            ""));
  }

  private static String came(InboxQueries.Received event) {
    return switch (event.origin) {
      case "webhook" -> "Signature verified, %d bytes stored before they were acknowledged.";
      case "reconciliation" -> "It never came as a webhook; %d bytes from the provider's own list.";
      default -> "What came was not enough; the provider was asked for these %d bytes.";
    };
  }

  /// @param href the page of the webhook that it came in; empty on that page itself
  void fact(InboxQueries.Fact fact, Instant receivedAt, Instant now, String href) {
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
            href));
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

  /// What a provider reported about a message.
  ///
  /// @param times how often it was reported of this recipient, this time included
  void report(MailReport report, int times) {
    Mark mark = Mark.report(report.kind().text());
    String whom = report.recipient().isEmpty() ? "" : " for " + report.recipient();
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.FACT, report.fact()),
            report.occurredAt(),
            mark,
            Character.toUpperCase(mark.word().charAt(0))
                + mark.word().substring(1)
                + whom
                + (times > 1 ? ", %d times".formatted(times) : ""),
            report.provider() + " reports " + report.name(),
            "",
            report.detail(),
            report.lasting() ? "The address takes no mail from now on: see Suppressions." : "",
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

  /// Where a delivery begins.
  void told(Delivery delivery) {
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.EVENT, delivery.event()),
            delivery.createdAt(),
            new Mark(Mark.Shape.DOT, Mark.Tone.GOOD, "told"),
            "Event " + delivery.type() + " told",
            Ids.write(Prefix.EVENT, delivery.event()),
            "",
            "about " + delivery.about(),
            "",
            ""));
  }

  /// One call to an endpoint.
  void tried(Delivery delivery, DeliveryTry one) {
    @Nullable Integer status = one.status();
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.DELIVERY, delivery.id()) + " " + one.number(),
            one.startedAt(),
            Mark.tried(one.outcome()),
            status == null ? "The receiver did not answer" : "The receiver answered " + status,
            "try " + one.number() + " at " + one.url(),
            Moment.took(Duration.ofMillis(one.durationMillis())),
            one.outcome().equals("delivered") || one.body().isEmpty()
                ? one.error()
                : one.error() + ": " + one.body(),
            tryAdvice(one),
            ""));
  }

  private static String tryAdvice(DeliveryTry one) {
    @Nullable Integer status = one.status();
    if (one.outcome().equals("delivered")) {
      return "";
    }
    if (status == null) {
      return "Check that the receiver runs, is reachable from here, and answers within 15 seconds.";
    }
    if (status >= 300 && status < 400) {
      return "Give the endpoint the address that it points to.";
    }
    return switch (status) {
      case 401, 403 ->
          "Check that the receiver verifies with this endpoint's secret, and its own headers.";
      case 404 -> "Check the path of the endpoint's URL.";
      case 410 -> "The receiver says that it is gone: the endpoint is disabled.";
      case 429 -> "The receiver wants fewer calls: give the endpoint a rate.";
      default -> "Its own log says more; the time and the request id above find it.";
    };
  }

  /// Where a delivery stands.
  ///
  /// @param href its page; empty on that page itself
  void delivery(Delivery delivery, String href, Instant now) {
    String state = delivery.state().text();
    @Nullable Instant finished = delivery.finishedAt();
    @Nullable Instant next = delivery.nextTryAt();
    String title =
        switch (delivery.state()) {
          case WAITING -> "Delivery waits for its turn";
          case SENDING -> "Delivery under way";
          case RETRYING -> "Delivery will be tried again";
          case HELD -> "Delivery held: the endpoint is disabled";
          case DELIVERED -> "Event delivered";
          case FAILED -> "Gave up on the delivery";
          case CANCELLED -> "Delivery cancelled";
        };
    String advice =
        switch (delivery.state()) {
          case RETRYING ->
              next == null
                  ? "It is tried again in a moment."
                  : "Next try at %s. Replay it to try at once."
                      .formatted(new Moment(next, now).exact());
          case HELD -> "Mend the receiver, then enable the endpoint: it is sent then.";
          case FAILED -> "Mend the receiver, then replay it. The id stays the same.";
          case WAITING, SENDING, DELIVERED, CANCELLED -> "";
        };
    steps.add(
        new TimelineStep(
            Ids.write(Prefix.DELIVERY, delivery.id()),
            finished == null ? now : finished,
            Mark.delivery(state),
            title,
            delivery.attempts() == 0
                ? ""
                : delivery.attempts() == 1 ? "1 try" : delivery.attempts() + " tries",
            finished == null ? "" : Moment.took(Duration.between(delivery.createdAt(), finished)),
            delivery.state() == Delivery.State.DELIVERED ? "" : delivery.reason(),
            advice,
            href));
  }

  /// Where the next step will be.
  int next() {
    return steps.size();
  }

  /// Puts a step before all that were added after it, which it led to: an event is written a moment
  /// before the end of the fact that it follows from.
  void leads(int cause) {
    TimelineStep step = steps.get(cause);
    steps.stream()
        .skip(cause + 1L)
        .map(TimelineStep::at)
        .min(Comparator.naturalOrder())
        .filter(at -> at.isBefore(step.at()) && at.isAfter(step.at().minus(SAME_MOMENT)))
        .ifPresent(at -> steps.set(cause, step.movedTo(at)));
  }

  /// The steps in the order they happened; what happened at once stays as it was added.
  List<TimelineStep> steps() {
    return steps.stream().sorted(Comparator.comparing(TimelineStep::at)).toList();
  }
}
