package dev.tenon.sandbox.mailbox;

import dev.tenon.sandbox.Json;
import java.util.List;
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

  static ObjectNode whole(Mail mail) {
    ObjectNode json = summary(mail);
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
          .put("content_id", attachment.contentId());
    }
    json.put("source", mail.content().source());
    return json;
  }

  private static void texts(ObjectNode json, String field, List<String> values) {
    ArrayNode array = json.putArray(field);
    values.forEach(array::add);
  }
}
