package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One event of Mailgun, the same in its webhooks as `event-data` and in its events API, as its
/// documentation of event structures shows them (read in November 2026).
final class MailgunEvents {
  private MailgunEvents() {}

  static ObjectNode of(Mail mail, MailEvent event) {
    ObjectNode data = Json.object();
    data.put("event", word(event.happening()));
    data.put("id", event.id());
    data.put("timestamp", event.at().toEpochMilli() / 1_000.0);
    data.put("log-level", level(event.happening()));
    data.put("recipient", event.recipient());
    data.put(
        "recipient-domain", event.recipient().substring(event.recipient().lastIndexOf('@') + 1));
    ArrayNode tags = data.putArray("tags");
    mail.content().tags().forEach(tags::add);
    data.putArray("campaigns");
    ObjectNode variables = data.putObject("user-variables");
    mail.content().metadata().forEach(variables::put);
    message(data.putObject("message"), mail);
    data.putObject("flags")
        .put("is-routed", false)
        .put("is-authenticated", true)
        .put("is-system-test", false)
        .put("is-test-mode", false);
    switch (event.happening()) {
      case ACCEPTED -> envelope(data, mail, event);
      case DELIVERED -> {
        envelope(data, mail, event);
        status(data, 250, "OK", "");
      }
      case DELAYED -> {
        failed(data, mail, event, "temporary", "generic");
        status(data, 451, "4.4.1 No answer from host", "").put("retry-seconds", 600);
      }
      case HARD_BOUNCED -> {
        failed(data, mail, event, "permanent", "bounce");
        status(data, 550, "5.1.1 The email account that you tried to reach does not exist.", "");
      }
      case SOFT_BOUNCED -> {
        failed(data, mail, event, "permanent", "old");
        status(data, 602, "5.2.2 Mailbox full", "Too old");
      }
      case BLOCKED -> {
        failed(data, mail, event, "permanent", "espblock");
        status(data, 554, "5.7.1 Message rejected", "");
      }
      case FAILED, RENDERING_FAILED -> {
        failed(data, mail, event, "permanent", "generic");
        status(data, 498, "No MX for the domain", "No MX for the domain");
      }
      case SUPPRESSED -> suppressed(data, mail, event);
      case OPENED -> reader(data);
      case CLICKED -> reader(data).put("url", Links.first(mail.content()));
      case UNSUBSCRIBED -> reader(data);
      case COMPLAINED, SCHEDULED -> {}
    }
    return data;
  }

  static String word(Happening happening) {
    return switch (happening) {
      case ACCEPTED, SCHEDULED -> "accepted";
      case DELIVERED -> "delivered";
      case DELAYED, HARD_BOUNCED, SOFT_BOUNCED, BLOCKED, SUPPRESSED, FAILED, RENDERING_FAILED ->
          "failed";
      case COMPLAINED -> "complained";
      case OPENED -> "opened";
      case CLICKED -> "clicked";
      case UNSUBSCRIBED -> "unsubscribed";
    };
  }

  private static String level(Happening happening) {
    return switch (word(happening)) {
      case "failed" -> happening == Happening.DELAYED ? "warn" : "error";
      case "complained" -> "warn";
      default -> "info";
    };
  }

  private static void message(ObjectNode message, Mail mail) {
    message
        .putObject("headers")
        .put("to", String.join(", ", mail.content().to()))
        .put("message-id", bare(mail.carrierId()))
        .put("from", mail.content().from())
        .put("subject", mail.content().subject());
    ArrayNode attachments = message.putArray("attachments");
    for (AttachedFile file : mail.content().attachments()) {
      attachments
          .addObject()
          .put("filename", file.name())
          .put("content-type", file.contentType())
          .put("size", file.sizeBytes());
    }
    message.put("size", mail.content().html().length() + mail.content().text().length());
  }

  private static void envelope(ObjectNode data, Mail mail, MailEvent event) {
    data.putObject("envelope")
        .put("sender", Addresses.bare(mail.content().from()))
        .put("transport", "smtp")
        .put("targets", event.recipient())
        .put("sending-ip", "192.0.2.25");
  }

  private static void failed(
      ObjectNode data, Mail mail, MailEvent event, String severity, String reason) {
    data.put("severity", severity).put("reason", reason);
    envelope(data, mail, event);
  }

  private static void suppressed(ObjectNode data, Mail mail, MailEvent event) {
    switch (Happening.find(event.detail()).orElse(Happening.HARD_BOUNCED)) {
      case COMPLAINED -> {
        failed(data, mail, event, "permanent", "suppress-complaint");
        status(data, 607, "", "Not delivering to a user who marked your messages as spam");
      }
      case UNSUBSCRIBED -> {
        failed(data, mail, event, "permanent", "suppress-unsubscribe");
        status(data, 606, "", "Not delivering to unsubscribed address");
      }
      default -> {
        failed(data, mail, event, "permanent", "suppress-bounce");
        status(data, 605, "", "Not delivering to previously bounced address");
      }
    }
  }

  private static ObjectNode status(ObjectNode data, int code, String message, String description) {
    return data.putObject("delivery-status")
        .put("attempt-no", 1)
        .put("code", code)
        .put("message", message)
        .put("description", description)
        .put("mx-host", "mx.sandbox.test")
        .put("session-seconds", 0.5)
        .put("tls", true)
        .put("utf8", true)
        .put("certificate-verified", true);
  }

  private static ObjectNode reader(ObjectNode data) {
    data.put("ip", "192.0.2.1");
    data.putObject("geolocation").put("country", "DE").put("region", "BE").put("city", "Berlin");
    data.putObject("client-info")
        .put("client-type", "browser")
        .put("client-os", "Linux")
        .put("device-type", "desktop")
        .put("client-name", "Chrome")
        .put("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36");
    return data;
  }

  /// Mailgun writes message ids without their brackets in events.
  static String bare(String id) {
    return id.startsWith("<") && id.endsWith(">") ? id.substring(1, id.length() - 1) : id;
  }
}
