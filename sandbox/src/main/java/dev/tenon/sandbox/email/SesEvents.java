package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailEvent;
import dev.tenon.sandbox.mailbox.MailHeader;
import java.time.Duration;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The records that SES publishes to SNS, as the examples in its developer guide show them (read in
/// November 2026).
final class SesEvents {
  private static final String ACCOUNT = "000000000000";
  private static final String BROWSER =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0";

  private SesEvents() {}

  /// The type as destinations name it; empty for what SES doesn't tell.
  static String type(Happening happening) {
    return switch (happening) {
      case ACCEPTED -> "SEND";
      case DELIVERED -> "DELIVERY";
      case DELAYED -> "DELIVERY_DELAY";
      case HARD_BOUNCED, SOFT_BOUNCED, BLOCKED, SUPPRESSED -> "BOUNCE";
      case COMPLAINED -> "COMPLAINT";
      case OPENED -> "OPEN";
      case CLICKED -> "CLICK";
      case UNSUBSCRIBED -> "SUBSCRIPTION";
      case FAILED -> "REJECT";
      case RENDERING_FAILED -> "RENDERING_FAILURE";
      case SCHEDULED -> "";
    };
  }

  static ObjectNode of(Mail mail, MailEvent event) {
    ObjectNode record = Json.object();
    String at = SnsTopics.time(event.at());
    switch (event.happening()) {
      case ACCEPTED, SCHEDULED -> {
        start(record, "Send", mail);
        record.putObject("send");
      }
      case DELIVERED -> {
        start(record, "Delivery", mail);
        ObjectNode delivery = record.putObject("delivery");
        delivery.put("timestamp", at);
        delivery.put("processingTimeMillis", 500);
        delivery.putArray("recipients").add(event.recipient());
        delivery.put("smtpResponse", "250 2.0.0 OK");
        delivery.put("remoteMtaIp", "192.0.2.25");
        delivery.put("reportingMTA", "mta.sandbox.test");
      }
      case DELAYED -> {
        start(record, "DeliveryDelay", mail);
        ObjectNode delay = record.putObject("deliveryDelay");
        delay.put("timestamp", at);
        delay.put("delayType", "TransientCommunicationFailure");
        delay.put("expirationTime", SnsTopics.time(event.at().plus(Duration.ofHours(14))));
        delay
            .putArray("delayedRecipients")
            .addObject()
            .put("emailAddress", event.recipient())
            .put("status", "4.4.1")
            .put("diagnosticCode", "smtp; 421 4.4.1 Unable to connect to remote host");
      }
      case HARD_BOUNCED -> bounce(record, mail, event, "Permanent", "General", "5.1.1");
      case SOFT_BOUNCED -> bounce(record, mail, event, "Transient", "MailboxFull", "5.2.2");
      case BLOCKED -> bounce(record, mail, event, "Transient", "ContentRejected", "5.7.1");
      case SUPPRESSED ->
          bounce(
              record,
              mail,
              event,
              "Permanent",
              event.detail().equals("Suppressed") ? "Suppressed" : "OnAccountSuppressionList",
              "5.1.1");
      case COMPLAINED -> {
        start(record, "Complaint", mail);
        ObjectNode complaint = record.putObject("complaint");
        complaint
            .putArray("complainedRecipients")
            .addObject()
            .put("emailAddress", event.recipient());
        complaint.put("timestamp", at);
        complaint.put("feedbackId", feedback(event));
        complaint.putNull("complaintSubType");
        complaint.put("userAgent", "Amazon SES Mailbox Simulator");
        complaint.put("complaintFeedbackType", "abuse");
        complaint.put("arrivalDate", at);
      }
      case OPENED -> {
        start(record, "Open", mail);
        record
            .putObject("open")
            .put("ipAddress", "192.0.2.1")
            .put("timestamp", at)
            .put("userAgent", BROWSER);
      }
      case CLICKED -> {
        start(record, "Click", mail);
        ObjectNode click = record.putObject("click");
        click.put("ipAddress", "192.0.2.1");
        click.put("link", Links.first(mail.content()));
        click.putNull("linkTags");
        click.put("timestamp", at);
        click.put("userAgent", BROWSER);
      }
      case UNSUBSCRIBED -> subscription(record, mail, event);
      case FAILED -> {
        start(record, "Reject", mail);
        record.putObject("reject").put("reason", "Bad content");
      }
      case RENDERING_FAILED -> {
        start(record, "Rendering Failure", mail);
        record
            .putObject("failure")
            .put("errorMessage", "Attribute 'name' is not present in the rendering data.")
            .put("templateName", "MyTemplate");
      }
    }
    return record;
  }

  private static void start(ObjectNode record, String type, Mail mail) {
    record.put("eventType", type);
    record.set("mail", mail(mail));
  }

  private static void bounce(
      ObjectNode record, Mail mail, MailEvent event, String type, String subType, String status) {
    start(record, "Bounce", mail);
    ObjectNode bounce = record.putObject("bounce");
    bounce.put("feedbackId", feedback(event));
    bounce.put("bounceType", type);
    bounce.put("bounceSubType", subType);
    bounce
        .putArray("bouncedRecipients")
        .addObject()
        .put("emailAddress", event.recipient())
        .put("action", "failed")
        .put("status", status)
        .put("diagnosticCode", "smtp; 550 %s %s".formatted(status, words(subType)));
    bounce.put("timestamp", SnsTopics.time(event.at()));
    bounce.put("remoteMtaIp", "192.0.2.25");
    bounce.put("reportingMTA", "dns; mta.sandbox.test");
  }

  private static String words(String subType) {
    return switch (subType) {
      case "MailboxFull" -> "mailbox full";
      case "ContentRejected" -> "message rejected";
      case "General" -> "user unknown";
      default -> "address is on the suppression list";
    };
  }

  private static void subscription(ObjectNode record, Mail mail, MailEvent event) {
    start(record, "Subscription", mail);
    ObjectNode subscription = record.putObject("subscription");
    subscription.put("contactList", "sandbox");
    subscription.put("timestamp", SnsTopics.time(event.at()));
    subscription.put("source", "UnsubscribeHeader");
    subscription
        .putObject("newTopicPreferences")
        .put("unsubscribeAll", true)
        .putArray("topicSubscriptionStatus");
    subscription
        .putObject("oldTopicPreferences")
        .put("unsubscribeAll", false)
        .putArray("topicSubscriptionStatus");
  }

  private static String feedback(MailEvent event) {
    return "0107%012x-%s-000000".formatted(event.at().toEpochMilli(), event.id());
  }

  private static ObjectNode mail(Mail mail) {
    MailContent content = mail.content();
    String from = Addresses.bare(content.from());
    ObjectNode told = Json.object();
    told.put("timestamp", SnsTopics.time(mail.receivedAt()));
    told.put("source", content.from());
    told.put("sourceArn", "arn:aws:ses:us-east-1:%s:identity/%s".formatted(ACCOUNT, from));
    told.put("sendingAccountId", ACCOUNT);
    told.put("messageId", mail.carrierId());
    ArrayNode destination = told.putArray("destination");
    Addresses.everyone(content).forEach(destination::add);
    told.put("headersTruncated", false);
    ArrayNode headers = told.putArray("headers");
    header(headers, "From", content.from());
    header(headers, "To", String.join(", ", content.to()));
    header(headers, "Subject", content.subject());
    for (MailHeader header : content.headers()) {
      header(headers, header.name(), header.value());
    }
    ObjectNode common = told.putObject("commonHeaders");
    common.putArray("from").add(content.from());
    ArrayNode to = common.putArray("to");
    content.to().forEach(to::add);
    common.put("messageId", mail.carrierId());
    common.put("subject", content.subject());
    ObjectNode tags = told.putObject("tags");
    tag(tags, "ses:operation", "SendEmail");
    if (!content.stream().isEmpty()) {
      tag(tags, "ses:configuration-set", content.stream());
    }
    tag(tags, "ses:source-ip", "192.0.2.1");
    tag(tags, "ses:from-domain", from.substring(from.lastIndexOf('@') + 1));
    tag(tags, "ses:caller-identity", "sandbox");
    content.metadata().forEach((name, value) -> tag(tags, name, value));
    return told;
  }

  private static void header(ArrayNode headers, String name, String value) {
    headers.addObject().put("name", name).put("value", value);
  }

  private static void tag(ObjectNode tags, String name, String value) {
    tags.putArray(name).add(value);
  }
}
