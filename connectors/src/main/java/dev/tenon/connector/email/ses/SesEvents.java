package dev.tenon.connector.email.ses;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.WebhookJson;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Reads the events of Amazon SES (AWS, "Contents of event data that Amazon SES publishes to Amazon
/// SNS", 2026-11). One of them may be about several recipients and becomes one event for each.
final class SesEvents {
  private static final int RECIPIENTS_MAX = 100;

  private SesEvents() {}

  private record About(Kind kind, Reason reason, boolean lasting, String detail) {}

  static List<MailEvent> read(SnsMessage message, JsonNode event, String name) {
    return switch (name) {
      case "Send" ->
          all(message, event, name, new About(Kind.SENT, Reason.NONE, false, ""), "mail");
      case "Delivery" -> {
        JsonNode delivery = event.path("delivery");
        yield named(
            message,
            event,
            name,
            WebhookJson.texts(delivery.path("recipients"), RECIPIENTS_MAX),
            new About(Kind.DELIVERED, Reason.NONE, false, text(delivery.path("smtpResponse"))),
            "delivery",
            true);
      }
      case "Bounce" -> bounce(message, event, name);
      case "Complaint" -> complaint(message, event, name);
      case "DeliveryDelay" -> {
        JsonNode delay = event.path("deliveryDelay");
        yield each(
            message,
            event,
            name,
            delay.path("delayedRecipients"),
            new About(Kind.DEFERRED, Reason.NONE, false, text(delay.path("delayType"))),
            "deliveryDelay",
            true);
      }
      case "Reject" ->
          all(
              message,
              event,
              name,
              new About(
                  Kind.REJECTED, Reason.BLOCKED, false, text(event.path("reject").path("reason"))),
              "mail");
      case "Rendering Failure" ->
          all(
              message,
              event,
              name,
              new About(
                  Kind.FAILED,
                  Reason.OTHER,
                  false,
                  text(event.path("failure").path("errorMessage"))),
              "mail");
      case "Open" ->
          all(message, event, name, new About(Kind.OPENED, Reason.NONE, false, ""), "open");
      case "Click" ->
          all(
              message,
              event,
              name,
              new About(Kind.CLICKED, Reason.NONE, false, text(event.path("click").path("link"))),
              "click");
      case "Subscription" -> {
        boolean gone =
            event
                .path("subscription")
                .path("newTopicPreferences")
                .path("unsubscribeAll")
                .asBoolean(false);
        yield all(
            message,
            event,
            name,
            gone
                ? new About(Kind.UNSUBSCRIBED, Reason.UNSUBSCRIBED, false, "")
                : new About(Kind.UNKNOWN, Reason.NONE, false, ""),
            "subscription");
      }
      default -> all(message, event, name, new About(Kind.UNKNOWN, Reason.NONE, false, ""), "mail");
    };
  }

  private static List<MailEvent> bounce(SnsMessage message, JsonNode event, String name) {
    JsonNode bounce = event.path("bounce");
    String type = text(bounce.path("bounceType"));
    String sub = text(bounce.path("bounceSubType"));
    Reason reason =
        switch (sub) {
          case "NoEmail" -> Reason.INVALID;
          case "ContentRejected", "AttachmentRejected", "MessageTooLarge" -> Reason.BLOCKED;
          default -> Reason.BOUNCED;
        };
    // Suppressed and OnAccountSuppressionList: SES knew it from before and did not even try.
    Kind kind = sub.contains("uppress") ? Kind.REJECTED : Kind.BOUNCED;
    boolean lasting = type.equals("Permanent") && reason != Reason.BLOCKED;
    return each(
        message,
        event,
        name,
        bounce.path("bouncedRecipients"),
        new About(kind, reason, lasting, type + ": " + sub),
        "bounce",
        true);
  }

  /// Many receivers strike out who complained; SES then names all recipients of that domain. Only a
  /// single one is certain.
  private static List<MailEvent> complaint(SnsMessage message, JsonNode event, String name) {
    JsonNode complaint = event.path("complaint");
    JsonNode named = complaint.path("complainedRecipients");
    return each(
        message,
        event,
        name,
        named,
        new About(
            Kind.COMPLAINED, Reason.SPAM, false, text(complaint.path("complaintFeedbackType"))),
        "complaint",
        named.size() == 1);
  }

  private static List<MailEvent> each(
      SnsMessage message,
      JsonNode event,
      String name,
      JsonNode recipients,
      About about,
      String part,
      boolean certain) {
    List<MailEvent> events = new ArrayList<>();
    for (JsonNode one : recipients) {
      if (events.size() < RECIPIENTS_MAX) {
        String said = text(one.path("diagnosticCode"));
        About own =
            said.isEmpty() ? about : new About(about.kind, about.reason, about.lasting, said);
        events.add(event(message, event, name, text(one.path("emailAddress")), own, part, certain));
      }
    }
    return events;
  }

  /// About the whole message: certain where it has one recipient.
  private static List<MailEvent> all(
      SnsMessage message, JsonNode event, String name, About about, String part) {
    List<String> to = WebhookJson.texts(event.path("mail").path("destination"), RECIPIENTS_MAX);
    boolean each =
        about.kind == Kind.SENT || about.kind == Kind.REJECTED || about.kind == Kind.FAILED;
    if (each || to.size() == 1) {
      return named(message, event, name, to, about, part, true);
    }
    return List.of(event(message, event, name, "", about, part, false));
  }

  private static List<MailEvent> named(
      SnsMessage message,
      JsonNode event,
      String name,
      List<String> recipients,
      About about,
      String part,
      boolean certain) {
    return recipients.stream()
        .map(one -> event(message, event, name, one, about, part, certain))
        .toList();
  }

  private static MailEvent event(
      SnsMessage message,
      JsonNode event,
      String name,
      String recipient,
      About about,
      String part,
      boolean certain) {
    JsonNode mail = event.path("mail");
    String at = text(event.path(part).path("timestamp"));
    List<String> ours =
        WebhookJson.texts(mail.path("tags").path(EmailProvider.MESSAGE_ID_FIELD), 1);
    return new MailEvent(
        about.kind,
        about.reason,
        about.lasting,
        WebhookJson.time(at.isEmpty() ? message.field("Timestamp") : at),
        WebhookJson.key("sns", message.id(), recipient),
        name,
        ours.isEmpty() ? "" : ours.getFirst(),
        text(mail.path("messageId")),
        recipient,
        certain,
        about.detail);
  }
}
