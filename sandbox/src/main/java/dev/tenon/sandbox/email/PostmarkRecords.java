package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.Carrier;
import dev.tenon.sandbox.mailbox.Mail;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailEvent;
import dev.tenon.sandbox.mailbox.Mailbox;
import io.helidon.webserver.http.ServerRequest;
import jakarta.mail.internet.InternetAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What Postmark tells about its server and about the mails that it took.
final class PostmarkRecords {
  private static final int PAGE_MAX = 500;
  private static final String METADATA = "metadata_";

  /// Postmark's times have seven digits of fraction and an offset.
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSSxxx").withZone(ZoneOffset.UTC);

  private final Mailbox mailbox;

  PostmarkRecords(Mailbox mailbox) {
    this.mailbox = mailbox;
  }

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  JsonNode server() {
    ObjectNode server = Json.object();
    server.put("ID", 1);
    server.put("Name", "Tenon sandbox");
    server.putArray("ApiTokens");
    server.put("Color", "yellow");
    server.put("SmtpApiActivated", false);
    server.put("RawEmailEnabled", false);
    server.put("DeliveryType", "Live");
    server.put("ServerLink", "/");
    server.put("InboundAddress", "");
    server.put("InboundHookUrl", "");
    server.put("PostFirstOpenOnly", false);
    server.put("InboundDomain", "");
    server.put("InboundHash", "");
    server.put("InboundSpamThreshold", 0);
    server.put("TrackOpens", false);
    server.put("TrackLinks", "None");
    server.put("IncludeBounceContentInHook", false);
    server.put("EnableSmtpApiErrorHooks", false);
    return server;
  }

  /// `GET /messages/outbound`: by recipient, sender, subject, tag, stream and metadata.
  JsonNode search(ServerRequest request) {
    int count = number(request, "count", 100, 1, PAGE_MAX);
    int offset = number(request, "offset", 0, 0, 10_000);
    Predicate<MailContent> wanted = wanted(request);
    List<Mail> found =
        mailbox.list("", Mailbox.MAILS_MAX).stream()
            .filter(mail -> mail.carrier() == Carrier.POSTMARK && wanted.test(mail.content()))
            .toList();
    ObjectNode answer = Json.object();
    answer.put("TotalCount", found.size());
    ArrayNode messages = answer.putArray("Messages");
    found.stream().skip(offset).limit(count).forEach(mail -> messages.add(record(mail)));
    return answer;
  }

  JsonNode details(ServerRequest request) {
    Mail mail =
        mailbox
            .findByCarrierId(Carrier.POSTMARK, request.path().pathParameters().get("id"))
            .orElseThrow(() -> new ProviderRefusal(422, "701", "This message does not exist."));
    ObjectNode details = record(mail);
    details.put("TextBody", mail.content().text());
    details.put("HtmlBody", mail.content().html());
    details.put("Body", "");
    ArrayNode events = details.putArray("MessageEvents");
    for (MailEvent event : mail.events()) {
      event(events, mail, event);
    }
    return details;
  }

  private static void event(ArrayNode events, Mail mail, MailEvent event) {
    String type =
        switch (event.happening()) {
          case DELIVERED -> "Delivered";
          case DELAYED -> "Transient";
          case HARD_BOUNCED, SOFT_BOUNCED, BLOCKED, FAILED, RENDERING_FAILED, COMPLAINED ->
              "Bounced";
          case OPENED -> "Opened";
          case CLICKED -> "LinkClicked";
          case UNSUBSCRIBED -> "SubscriptionChanged";
          case ACCEPTED, SUPPRESSED, SCHEDULED -> "";
        };
    if (type.isEmpty()) {
      return;
    }
    ObjectNode told = events.addObject();
    told.put("Recipient", event.recipient());
    told.put("Type", type);
    told.put("ReceivedAt", time(event.at()));
    ObjectNode details = told.putObject("Details");
    switch (type) {
      case "Delivered" ->
          details
              .put("DeliveryMessage", "smtp;250 2.0.0 OK")
              .put("DestinationServer", "mx.sandbox.test")
              .put("DestinationIP", "192.0.2.25");
      case "Transient" -> details.put("DeliveryMessage", PostmarkEvents.details(event));
      case "Bounced" ->
          details
              .put("Summary", PostmarkEvents.details(event))
              .put("BounceID", Long.toString(PostmarkEvents.bounceId(event)));
      case "LinkClicked" -> details.put("Summary", "").put("Link", Links.first(mail.content()));
      case "SubscriptionChanged" ->
          details.put("Origin", "Recipient").put("SuppressSending", "True");
      default -> details.put("Summary", "");
    }
  }

  private static Predicate<MailContent> wanted(ServerRequest request) {
    List<Predicate<MailContent>> conditions = new ArrayList<>();
    for (Map.Entry<String, List<String>> parameter : request.query().toMap().entrySet()) {
      String value = parameter.getValue().isEmpty() ? "" : parameter.getValue().getFirst();
      String name = parameter.getKey();
      if (name.startsWith(METADATA)) {
        String key = name.substring(METADATA.length());
        conditions.add(content -> value.equals(content.metadata().get(key)));
        continue;
      }
      switch (name) {
        case "recipient" ->
            conditions.add(content -> everyone(content).stream().anyMatch(to -> holds(to, value)));
        case "fromemail" -> conditions.add(content -> holds(content.from(), value));
        case "subject" -> conditions.add(content -> holds(content.subject(), value));
        case "tag" -> conditions.add(content -> content.tags().contains(value));
        case "messagestream" -> conditions.add(content -> content.stream().equals(value));
        // Paging, and filters that nothing in the sandbox can differ in: dates, status.
        default -> {}
      }
    }
    return content -> conditions.stream().allMatch(condition -> condition.test(content));
  }

  private static boolean holds(String text, String part) {
    return text.toLowerCase(java.util.Locale.ROOT)
        .contains(part.toLowerCase(java.util.Locale.ROOT));
  }

  private static List<String> everyone(MailContent content) {
    List<String> all = new ArrayList<>(content.to());
    all.addAll(content.cc());
    all.addAll(content.bcc());
    return all;
  }

  private static int number(ServerRequest request, String name, int fallback, int min, int max) {
    String text = request.query().first(name).orElse(Integer.toString(fallback));
    try {
      int value = Integer.parseInt(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Refused below, as a number out of bounds is.
    }
    throw new ProviderRefusal(
        422, "700", "'%s' must be a number from %d to %d.".formatted(name, min, max));
  }

  private static ObjectNode record(Mail mail) {
    MailContent content = mail.content();
    ObjectNode record = Json.object();
    record.put("Tag", content.tags().stream().findFirst().orElse(""));
    record.put("MessageID", mail.carrierId());
    record.put("MessageStream", content.stream());
    people(record, "To", content.to());
    people(record, "Cc", content.cc());
    people(record, "Bcc", content.bcc());
    ArrayNode recipients = record.putArray("Recipients");
    everyone(content).stream()
        .flatMap(text -> Addresses.parse(text).stream())
        .flatMap(List::stream)
        .forEach(address -> recipients.add(address.getAddress()));
    record.put("ReceivedAt", time(mail.receivedAt()));
    record.put("From", content.from());
    record.put("Subject", content.subject());
    ArrayNode attachments = record.putArray("Attachments");
    content.attachments().forEach(attachment -> attachments.add(attachment.name()));
    record.put("Status", "Sent");
    record.put("TrackOpens", false);
    record.put("TrackLinks", "None");
    ObjectNode metadata = record.putObject("Metadata");
    content.metadata().forEach(metadata::put);
    record.put("Sandboxed", false);
    return record;
  }

  private static void people(ObjectNode record, String field, List<String> texts) {
    ArrayNode people = record.putArray(field);
    for (String text : texts) {
      for (InternetAddress address : Addresses.parse(text).orElse(List.of())) {
        String name = address.getPersonal();
        people.addObject().put("Email", address.getAddress()).put("Name", name == null ? "" : name);
      }
    }
  }
}
