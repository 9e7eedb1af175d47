package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Happening;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailEvent;
import tools.jackson.databind.node.ObjectNode;

/// The bodies of Postmark's webhooks, as its documentation of each webhook shows them (read in
/// November 2026).
final class PostmarkEvents {
  private static final int SERVER = 1;
  private static final int SPAM_COMPLAINT_CODE = 100_001;
  private static final String BROWSER =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0"
          + " Safari/537.36";

  private PostmarkEvents() {}

  static ObjectNode of(String trigger, Mail mail, MailEvent event) {
    return switch (trigger) {
      case "Delivery" -> delivery(mail, event);
      case "Bounce" -> bounce(mail, event);
      case "SpamComplaint" -> complaint(mail, event);
      case "Open" -> open(mail, event);
      case "Click" -> click(mail, event);
      case "SubscriptionChange" -> subscription(mail, event);
      default -> throw new IllegalArgumentException("Postmark has no webhook " + trigger);
    };
  }

  private static ObjectNode record(String type, Mail mail) {
    ObjectNode record = Json.object();
    record.put("RecordType", type);
    record.put("MessageStream", mail.content().stream());
    record.put("MessageID", mail.carrierId());
    record.put("Tag", mail.content().tags().stream().findFirst().orElse(""));
    ObjectNode metadata = record.putObject("Metadata");
    mail.content().metadata().forEach(metadata::put);
    return record;
  }

  private static ObjectNode delivery(Mail mail, MailEvent event) {
    return record("Delivery", mail)
        .put("ServerId", SERVER)
        .put("Recipient", event.recipient())
        .put("DeliveredAt", PostmarkRecords.time(event.at()))
        .put("Details", "smtp;250 2.0.0 OK");
  }

  private static ObjectNode bounce(Mail mail, MailEvent event) {
    PostmarkBounces.Type type = type(event);
    return bounced(record("Bounce", mail), mail, event)
        .put("Type", type.name())
        .put("TypeCode", type.code())
        .put("Name", type.title())
        .put("Description", type.description())
        .put("Details", details(event))
        .put("Inactive", type.isInactive())
        .put("CanActivate", type.isInactive());
  }

  static PostmarkBounces.Type type(MailEvent event) {
    return event.detail().isEmpty()
        ? PostmarkBounces.of(event.happening())
        : PostmarkBounces.find(event.detail());
  }

  static String details(MailEvent event) {
    return switch (event.happening()) {
      case DELAYED -> "smtp;451 4.4.1 No answer from host";
      case SOFT_BOUNCED -> "smtp;552 5.2.2 Mailbox full";
      case BLOCKED -> "smtp;554 5.7.1 Message rejected";
      case FAILED, RENDERING_FAILED -> "The message could not be sent.";
      default -> "smtp;550 5.1.1 The email account that you tried to reach does not exist.";
    };
  }

  private static ObjectNode complaint(Mail mail, MailEvent event) {
    return bounced(record("SpamComplaint", mail), mail, event)
        .put("Type", "SpamComplaint")
        .put("TypeCode", SPAM_COMPLAINT_CODE)
        .put("Name", "Spam complaint")
        .put("Description", "The subscriber explicitly marked this message as spam.")
        .put("Details", "")
        .put("Inactive", true)
        .put("CanActivate", false);
  }

  private static ObjectNode bounced(ObjectNode record, Mail mail, MailEvent event) {
    return record
        .put("ID", bounceId(event))
        .put("ServerID", SERVER)
        .put("Email", event.recipient())
        .put("From", Addresses.bare(mail.content().from()))
        .put("BouncedAt", PostmarkRecords.time(event.at()))
        .put("DumpAvailable", false)
        .put("Subject", mail.content().subject());
  }

  /// A number for each bounce, the same in webhooks and look-ups.
  static long bounceId(MailEvent event) {
    return 1_000_000_000L + Integer.toUnsignedLong(event.id().hashCode());
  }

  private static ObjectNode open(Mail mail, MailEvent event) {
    return reader(record("Open", mail), event)
        .put("FirstOpen", isFirst(mail, event))
        .put("ReadSeconds", 5);
  }

  private static ObjectNode click(Mail mail, MailEvent event) {
    return reader(record("Click", mail), event)
        .put("ClickLocation", "HTML")
        .put("OriginalLink", Links.first(mail.content()));
  }

  private static ObjectNode reader(ObjectNode record, MailEvent event) {
    record.put("Recipient", event.recipient());
    record.put("ReceivedAt", PostmarkRecords.time(event.at()));
    record.put("Platform", "Desktop");
    record.put("UserAgent", BROWSER);
    record.putObject("OS").put("Name", "Linux").put("Company", "Canonical").put("Family", "Linux");
    record
        .putObject("Client")
        .put("Name", "Chrome 140.0.0.0")
        .put("Company", "Google")
        .put("Family", "Chrome");
    record
        .putObject("Geo")
        .put("CountryISOCode", "RS")
        .put("Country", "Serbia")
        .put("RegionISOCode", "VO")
        .put("Region", "Autonomna Pokrajina Vojvodina")
        .put("City", "Novi Sad")
        .put("Zip", "21000")
        .put("Coords", "45.2517,19.8369")
        .put("IP", "192.0.2.1");
    return record;
  }

  static boolean isFirst(Mail mail, MailEvent event) {
    return mail.events().stream()
        .filter(each -> each.happening() == Happening.OPENED)
        .filter(each -> each.recipient().equals(event.recipient()))
        .findFirst()
        .filter(first -> !first.id().equals(event.id()))
        .isEmpty();
  }

  private static ObjectNode subscription(Mail mail, MailEvent event) {
    return record("SubscriptionChange", mail)
        .put("ServerID", SERVER)
        .put("Recipient", event.recipient())
        .put("ChangedAt", PostmarkRecords.time(event.at()))
        .put("Origin", "Recipient")
        .put("SuppressSending", true)
        .put(
            "SuppressionReason",
            switch (event.happening()) {
              case HARD_BOUNCED -> "HardBounce";
              case COMPLAINED -> "SpamComplaint";
              default -> "ManualSuppression";
            });
  }
}
