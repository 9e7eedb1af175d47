package dev.tenon.connector.email.resend;

import static dev.tenon.connector.email.WebhookJson.text;

import dev.tenon.connector.Secret;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.MailEvent;
import dev.tenon.connector.email.MailEvent.Kind;
import dev.tenon.connector.email.MailEvent.Reason;
import dev.tenon.connector.email.MailWebhook;
import dev.tenon.connector.email.WebhookJson;
import dev.tenon.connector.signature.StandardWebhookSignature;
import dev.tenon.connector.signature.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Resend's webhooks: one event a delivery, signed by Svix (Resend, "Managing Webhooks", 2026-11).
///
/// An event names all that the message was addressed to and not whom it is about; so it is certain
/// only where there is one. Those in cc and bcc don't show at all: whoever knows of them must not
/// call it certain either ([#namesOnlyTo]).
public final class ResendWebhook implements MailWebhook {
  private static final int RECIPIENTS_MAX = 2;

  @Override
  public String provider() {
    return "resend";
  }

  @Override
  public Verdict verify(
      byte[] body, UnaryOperator<@Nullable String> header, List<Secret> secrets, Instant now) {
    return StandardWebhookSignature.verify(body, header, secrets, now);
  }

  @Override
  public Reading read(byte[] body, UnaryOperator<@Nullable String> header) {
    Optional<JsonNode> tree = WebhookJson.read(body);
    if (tree.isEmpty() || !tree.get().isObject()) {
      return new Reading.Malformed("it is not a JSON object");
    }
    JsonNode event = tree.get();
    String type = text(event.path("type"));
    if (type.isEmpty()) {
      return new Reading.Malformed("it has no type");
    }
    // Contacts, domains and mail that came in are about no mail that was sent.
    return type.startsWith("email.") && !type.equals("email.received")
        ? new Reading.Events(List.of(read(event, type, header)))
        : new Reading.Events(List.of());
  }

  @Override
  public boolean namesOnlyTo() {
    return true;
  }

  private static MailEvent read(
      JsonNode event, String type, UnaryOperator<@Nullable String> header) {
    JsonNode data = event.path("data");
    return switch (type) {
      case "email.scheduled" -> event(event, type, Kind.QUEUED, Reason.NONE, false, "", header);
      case "email.sent" -> event(event, type, Kind.SENT, Reason.NONE, false, "", header);
      case "email.delivered" -> event(event, type, Kind.DELIVERED, Reason.NONE, false, "", header);
      case "email.delivery_delayed" ->
          event(event, type, Kind.DEFERRED, Reason.NONE, false, "", header);
      case "email.opened" -> event(event, type, Kind.OPENED, Reason.NONE, false, "", header);
      case "email.clicked" ->
          event(
              event,
              type,
              Kind.CLICKED,
              Reason.NONE,
              false,
              text(data.path("click").path("link")),
              header);
      case "email.complained" ->
          event(event, type, Kind.COMPLAINED, Reason.SPAM, false, "", header);
      case "email.bounced" -> bounced(event, type, data.path("bounce"), header);
      case "email.suppressed" -> suppressed(event, type, data.path("suppressed"), header);
      case "email.failed" ->
          event(
              event,
              type,
              Kind.FAILED,
              Reason.OTHER,
              false,
              text(data.path("failed").path("reason")),
              header);
      default -> event(event, type, Kind.UNKNOWN, Reason.NONE, false, "", header);
    };
  }

  private static MailEvent bounced(
      JsonNode event, String type, JsonNode bounce, UnaryOperator<@Nullable String> header) {
    boolean lasting = text(bounce.path("type")).equals("Permanent");
    Reason reason =
        switch (text(bounce.path("subType"))) {
          case "NoEmail" -> Reason.INVALID;
          case "ContentRejected", "AttachmentRejected", "MessageTooLarge" -> Reason.BLOCKED;
          default -> Reason.BOUNCED;
        };
    // What was wrong with this mail says nothing of the address.
    return event(
        event,
        type,
        Kind.BOUNCED,
        reason,
        lasting && reason != Reason.BLOCKED,
        words(bounce),
        header);
  }

  private static MailEvent suppressed(
      JsonNode event, String type, JsonNode suppressed, UnaryOperator<@Nullable String> header) {
    Reason reason =
        text(suppressed.path("reason")).equals("previous_complaint") ? Reason.SPAM : Reason.BOUNCED;
    return event(event, type, Kind.REJECTED, reason, true, words(suppressed), header);
  }

  private static String words(JsonNode about) {
    List<String> said = WebhookJson.texts(about.path("diagnosticCode"), RECIPIENTS_MAX);
    return said.isEmpty() ? text(about.path("message")) : String.join("; ", said);
  }

  private static MailEvent event(
      JsonNode event,
      String type,
      Kind kind,
      Reason reason,
      boolean lasting,
      String detail,
      UnaryOperator<@Nullable String> header) {
    JsonNode data = event.path("data");
    List<String> to = WebhookJson.texts(data.path("to"), RECIPIENTS_MAX);
    String id = text(data.path("email_id"));
    // The message's own time stands in `data`; the event's at the top.
    String at = text(event.path("created_at"));
    String delivery = StandardWebhookSignature.id(header);
    return new MailEvent(
        kind,
        reason,
        lasting,
        WebhookJson.time(at),
        delivery == null
            ? WebhookJson.key(type, id, at, String.join(",", to), detail)
            : WebhookJson.key("svix", delivery),
        type,
        text(data.path("tags").path(EmailProvider.MESSAGE_ID_FIELD)),
        id,
        to.size() == 1 ? to.getFirst() : "",
        to.size() == 1,
        detail);
  }
}
