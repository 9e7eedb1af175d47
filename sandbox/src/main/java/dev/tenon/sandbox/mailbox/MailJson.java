package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Mails as the mailbox's API tells them.
final class MailJson {
  private MailJson() {}

  /// What a list shows of a mail.
  static ObjectNode summary(Mail mail) {
    ObjectNode json = Json.object();
    json.put("id", mail.id());
    json.put("received_at", mail.receivedAt().toString());
    json.put("provider", mail.carrier().id());
    json.put("provider_message_id", mail.carrierId());
    json.put("state", mail.fate().word());
    json.put("from", mail.content().from());
    texts(json, "to", mail.content().to());
    texts(json, "cc", mail.content().cc());
    texts(json, "bcc", mail.content().bcc());
    texts(json, "reply_to", mail.content().replyTo());
    json.put("subject", mail.content().subject());
    json.put("stream", mail.content().stream());
    texts(json, "tags", mail.content().tags());
    ObjectNode metadata = json.putObject("metadata");
    mail.content().metadata().forEach(metadata::put);
    return json;
  }

  /// Everything but the bytes of attachments.
  static ObjectNode shown(Mail mail) {
    ObjectNode json = whole(mail);
    json.path("attachments").forEach(file -> ((ObjectNode) file).remove("content"));
    return json;
  }

  /// What changes about a mail after it came.
  static ObjectNode course(Mail mail) {
    ObjectNode json = Json.object();
    json.put("state", mail.fate().word());
    json.put("due_at", mail.dueAt().map(Instant::toString).orElse(null));
    json.put("batch", mail.batch());
    ArrayNode events = json.putArray("events");
    for (MailEvent event : mail.events()) {
      events
          .addObject()
          .put("id", event.id())
          .put("event", event.happening().word())
          .put("recipient", event.recipient())
          .put("at", event.at().toString())
          .put("detail", event.detail());
    }
    return json;
  }

  static ObjectNode whole(Mail mail) {
    ObjectNode json = summary(mail);
    json.setAll(course(mail));
    json.put("html", mail.content().html());
    json.put("text", mail.content().text());
    ArrayNode headers = json.putArray("headers");
    for (MailHeader header : mail.content().headers()) {
      headers.addObject().put("name", header.name()).put("value", header.value());
    }
    ArrayNode attachments = json.putArray("attachments");
    for (AttachedFile attachment : mail.content().attachments()) {
      attachments
          .addObject()
          .put("name", attachment.name())
          .put("content_type", attachment.contentType())
          .put("size_bytes", attachment.sizeBytes())
          .put("content_id", attachment.contentId())
          .put("content", attachment.base64());
    }
    json.put("source", mail.content().source());
    return json;
  }

  /// The mail that [#whole] told of.
  ///
  /// @param course the later [#course] of it, or the same object
  static Mail read(ObjectNode json, ObjectNode course) {
    List<MailEvent> events = new ArrayList<>();
    for (JsonNode event : course.path("events")) {
      events.add(
          new MailEvent(
              event.path("id").asString(),
              Happening.find(event.path("event").asString()).orElseThrow(),
              event.path("recipient").asString(),
              Instant.parse(event.path("at").asString()),
              event.path("detail").asString()));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    json.path("metadata")
        .properties()
        .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asString()));
    List<MailHeader> headers = new ArrayList<>();
    for (JsonNode header : json.path("headers")) {
      headers.add(new MailHeader(header.path("name").asString(), header.path("value").asString()));
    }
    List<AttachedFile> attachments = new ArrayList<>();
    for (JsonNode file : json.path("attachments")) {
      attachments.add(
          new AttachedFile(
              file.path("name").asString(),
              file.path("content_type").asString(),
              file.path("size_bytes").asLong(),
              file.path("content_id").asString(),
              file.path("content").asString("")));
    }
    return new Mail(
        Mail.numberOf(json.path("id").asString()),
        Instant.parse(json.path("received_at").asString()),
        Carrier.valueOf(json.path("provider").asString().toUpperCase(Locale.ROOT)),
        json.path("provider_message_id").asString(),
        Fate.valueOf(course.path("state").asString().toUpperCase(Locale.ROOT)),
        new MailContent(
            json.path("from").asString(),
            texts(json, "to"),
            texts(json, "cc"),
            texts(json, "bcc"),
            texts(json, "reply_to"),
            json.path("subject").asString(),
            json.path("html").asString(),
            json.path("text").asString(),
            headers,
            attachments,
            json.path("stream").asString(),
            texts(json, "tags"),
            metadata,
            json.path("source").asString()),
        Optional.ofNullable(course.path("due_at").asString(null)).map(Instant::parse),
        course.path("batch").asString(""),
        events);
  }

  private static List<String> texts(ObjectNode json, String field) {
    List<String> texts = new ArrayList<>();
    json.path(field).forEach(text -> texts.add(text.asString()));
    return texts;
  }

  private static void texts(ObjectNode json, String field, List<String> values) {
    ArrayNode array = json.putArray(field);
    values.forEach(array::add);
  }
}
