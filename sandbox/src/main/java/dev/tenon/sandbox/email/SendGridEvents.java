package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One event of SendGrid's Event Webhook, as its event reference shows them (read in November
/// 2026). The custom arguments of a mail stand among the event's own fields.
final class SendGridEvents {
  private static final String IP = "192.0.2.25";
  private static final String BROWSER =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
          + " Safari/537.36";

  private SendGridEvents() {}

  /// Empty for what SendGrid doesn't tell.
  static Optional<ObjectNode> of(Mail mail, MailEvent event) {
    ObjectNode body = Json.object();
    mail.content().metadata().forEach(body::put);
    body.put("email", event.recipient());
    body.put("timestamp", event.at().getEpochSecond());
    body.put("smtp-id", "<%s@geopod-ismtpd-sandbox>".formatted(mail.carrierId()));
    body.put("sg_message_id", messageId(mail));
    if (!mail.content().tags().isEmpty()) {
      ArrayNode categories = body.putArray("category");
      mail.content().tags().forEach(categories::add);
    }
    switch (event.happening()) {
      case ACCEPTED -> body.put("event", "processed");
      case DELIVERED ->
          body.put("event", "delivered")
              .put("response", "250 2.0.0 OK - sandbox")
              .put("ip", IP)
              .put("tls", 1);
      case DELAYED ->
          body.put("event", "deferred")
              .put("response", "451 4.4.1 No answer from host")
              .put("attempt", "1")
              .put("ip", IP)
              .put("tls", 1);
      case HARD_BOUNCED ->
          bounce(body, "bounce", "5.1.1", "550 5.1.1 user unknown", "Invalid Address");
      case SOFT_BOUNCED ->
          bounce(body, "blocked", "5.2.2", "552 5.2.2 mailbox full", "Mailbox Unavailable");
      case BLOCKED -> bounce(body, "blocked", "5.7.1", "554 5.7.1 message rejected", "Content");
      case COMPLAINED -> body.put("event", "spamreport");
      case OPENED ->
          reader(body, "open").put("sg_machine_open", false).put("sg_content_type", "html");
      case CLICKED -> {
        reader(body, "click").put("url", Links.first(mail.content()));
        body.putObject("url_offset").put("index", 0).put("type", "html");
      }
      case UNSUBSCRIBED -> body.put("event", "unsubscribe");
      case SUPPRESSED -> dropped(body, reason(event), "5.0.0");
      case FAILED -> dropped(body, "Invalid", "5.0.0");
      case RENDERING_FAILED, SCHEDULED -> {
        return Optional.empty();
      }
    }
    return Optional.of(body);
  }

  /// The id that the sender was answered with, and more behind it.
  private static String messageId(Mail mail) {
    return "%s.recvd-sandbox-%d-1-%08X-1.0"
        .formatted(mail.carrierId(), mail.number() % 100, mail.receivedAt().getEpochSecond());
  }

  private static void bounce(
      ObjectNode body, String type, String status, String reason, String classification) {
    body.put("event", "bounce")
        .put("type", type)
        .put("status", status)
        .put("reason", reason)
        .put("bounce_classification", classification)
        .put("ip", IP)
        .put("tls", 1);
  }

  private static void dropped(ObjectNode body, String reason, String status) {
    body.put("event", "dropped").put("reason", reason).put("status", status);
  }

  private static String reason(MailEvent event) {
    return switch (Happening.find(event.detail()).orElse(Happening.HARD_BOUNCED)) {
      case COMPLAINED -> "Spam Reporting Address";
      case UNSUBSCRIBED -> "Unsubscribed Address";
      default -> "Bounced Address";
    };
  }

  private static ObjectNode reader(ObjectNode body, String event) {
    return body.put("event", event).put("useragent", BROWSER).put("ip", "192.0.2.1");
  }
}
