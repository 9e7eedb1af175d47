package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Fate;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import dev.tenon.sandbox.mailbox.MailHeader;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The bodies of Resend's webhooks, as its OpenAPI description 1.5.0 has them. All of `to` stands
/// in each; which recipient is meant isn't told.
final class ResendEvents {
  static final List<String> TYPES =
      List.of(
          "email.sent",
          "email.scheduled",
          "email.delivered",
          "email.delivery_delayed",
          "email.bounced",
          "email.complained",
          "email.opened",
          "email.clicked",
          "email.failed",
          "email.suppressed");

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private ResendEvents() {}

  /// Empty for what it doesn't tell.
  static String type(Happening happening) {
    return switch (happening) {
      case ACCEPTED -> "email.sent";
      case SCHEDULED -> "email.scheduled";
      case DELIVERED -> "email.delivered";
      case DELAYED -> "email.delivery_delayed";
      case HARD_BOUNCED, SOFT_BOUNCED, BLOCKED -> "email.bounced";
      case COMPLAINED -> "email.complained";
      case OPENED -> "email.opened";
      case CLICKED -> "email.clicked";
      case SUPPRESSED -> "email.suppressed";
      case FAILED, RENDERING_FAILED -> "email.failed";
      case UNSUBSCRIBED -> "";
    };
  }

  /// The `last_event` of a mail.
  static String last(Mail mail) {
    if (mail.fate() == Fate.SCHEDULED || mail.fate() == Fate.CANCELED) {
      return mail.fate().word();
    }
    return mail.events().reversed().stream()
        .map(event -> type(event.happening()))
        .filter(type -> !type.isEmpty())
        .findFirst()
        .map(type -> type.substring("email.".length()))
        .orElse(mail.fate().word());
  }

  static ObjectNode of(String type, Mail mail, MailEvent event) {
    ObjectNode body = Json.object();
    body.put("type", type);
    body.put("created_at", time(event.at()));
    ObjectNode data = body.putObject("data");
    data.put("email_id", mail.carrierId());
    data.put("created_at", time(mail.receivedAt()));
    data.put("from", mail.content().from());
    ArrayNode to = data.putArray("to");
    mail.content().to().forEach(to::add);
    data.put("subject", mail.content().subject());
    if (!mail.content().headers().isEmpty()) {
      ArrayNode headers = data.putArray("headers");
      for (MailHeader header : mail.content().headers()) {
        headers.addObject().put("name", header.name()).put("value", header.value());
      }
    }
    if (!mail.content().tags().isEmpty()) {
      ObjectNode tags = data.putObject("tags");
      for (String tag : mail.content().tags()) {
        int equals = tag.indexOf('=');
        tags.put(tag.substring(0, equals), tag.substring(equals + 1));
      }
    }
    switch (type) {
      case "email.bounced" -> bounce(data.putObject("bounce"), event);
      case "email.clicked" ->
          data.putObject("click")
              .put("ipAddress", "192.0.2.1")
              .put("link", Links.first(mail.content()))
              .put("timestamp", time(event.at()))
              .put("userAgent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0 Safari/537.36");
      case "email.failed" -> data.putObject("failed").put("reason", "reached_daily_quota");
      case "email.suppressed" -> suppressed(data.putObject("suppressed"), event);
      default -> {}
    }
    return body;
  }

  private static void bounce(ObjectNode bounce, MailEvent event) {
    switch (event.happening()) {
      case SOFT_BOUNCED -> {
        bounce.put("type", "Transient").put("subType", "MailboxFull");
        bounce.put("message", "The recipient's mailbox is full.");
        bounce.putArray("diagnosticCode").add("smtp; 552 5.2.2 mailbox full");
      }
      case BLOCKED -> {
        bounce.put("type", "Transient").put("subType", "ContentRejected");
        bounce.put("message", "The recipient's mail server rejected the content of the message.");
        bounce.putArray("diagnosticCode").add("smtp; 554 5.7.1 message rejected");
      }
      default -> {
        bounce.put("type", "Permanent").put("subType", "General");
        bounce.put("message", "The recipient's email provider sent a hard bounce message.");
        bounce.putArray("diagnosticCode").add("smtp; 550 5.1.1 user unknown");
      }
    }
  }

  private static void suppressed(ObjectNode suppressed, MailEvent event) {
    boolean complaint = event.detail().equals(Happening.COMPLAINED.word());
    suppressed.put("type", "OnAccountSuppressionList");
    suppressed.put("reason", complaint ? "previous_complaint" : "previous_bounce");
    suppressed.put(
        "message",
        "Resend has suppressed sending to this address because it is on the account-level"
            + " suppression list.");
    suppressed.putArray("diagnosticCode");
  }

  private static String time(Instant instant) {
    return TIME.format(instant);
  }
}
