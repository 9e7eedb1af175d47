package dev.tenon.connector.email.sendgrid;

import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.Tracking;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One message as SendGrid's JSON; always the same bytes for an equal message.
final class SendGridBody {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private SendGridBody() {}

  /// @param pool the IP pool, or empty for the account's default
  static byte[] of(EmailMessage message, String pool, boolean sandboxMode, Tracking track) {
    ObjectNode body = JSON.createObjectNode();
    ObjectNode envelope = body.putArray("personalizations").addObject();
    // An address that stands in two of the lists is refused with 400.
    Set<String> known = new HashSet<>();
    addresses(envelope, "to", message.to(), known);
    addresses(envelope, "cc", message.cc(), known);
    addresses(envelope, "bcc", message.bcc(), known);
    // They come back merged flat into each event, so each has a prefix of ours.
    ObjectNode arguments = envelope.putObject("custom_args");
    arguments.put(EmailProvider.MESSAGE_ID_FIELD, message.id());
    message.metadata().forEach((key, value) -> arguments.put("m_" + key, value));
    body.set("from", address(message.from()));
    if (message.replyTo().size() == 1) {
      body.set("reply_to", address(message.replyTo().getFirst()));
    } else {
      addresses(body, "reply_to_list", message.replyTo(), new HashSet<>());
    }
    body.put("subject", message.subject());
    // text/plain has to come first.
    ArrayNode content = body.putArray("content");
    content(content, "text/plain", message.text());
    content(content, "text/html", message.html());
    attachments(body, message.attachments());
    if (!message.headers().isEmpty()) {
      ObjectNode headers = body.putObject("headers");
      message.headers().forEach(headers::put);
    }
    ArrayNode categories = body.putArray("categories").add(message.stream());
    message.tags().stream().filter(tag -> !tag.equals(message.stream())).forEach(categories::add);
    if (!pool.isEmpty()) {
      body.put("ip_pool_name", pool);
    }
    if (sandboxMode) {
      body.putObject("mail_settings").putObject("sandbox_mode").put("enable", true);
    }
    // Said also where it is off: otherwise the account's own settings rewrite the links of a
    // password reset.
    ObjectNode tracking = body.putObject("tracking_settings");
    tracking
        .putObject("click_tracking")
        .put("enable", track.links(message))
        .put("enable_text", false);
    tracking.putObject("open_tracking").put("enable", track.opens(message));
    return JSON.writeValueAsBytes(body);
  }

  private static void addresses(
      ObjectNode body, String field, List<EmailAddress> addresses, Set<String> known) {
    List<EmailAddress> fresh =
        addresses.stream()
            .filter(one -> known.add(one.address().toLowerCase(Locale.ROOT)))
            .toList();
    if (!fresh.isEmpty()) {
      ArrayNode list = body.putArray(field);
      fresh.forEach(one -> list.add(address(one)));
    }
  }

  private static ObjectNode address(EmailAddress address) {
    ObjectNode node = JSON.createObjectNode().put("email", address.address());
    if (!address.name().isEmpty()) {
      node.put("name", name(address.name()));
    }
    return node;
  }

  /// SendGrid takes a comma or semicolon for the end of an address, even here
  /// (sendgrid/sendgrid-python#578); its own libraries quote such names.
  private static String name(String name) {
    return name.contains(",") || name.contains(";")
        ? '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"'
        : name;
  }

  /// An empty value is refused with 400.
  private static void content(ArrayNode list, String type, String value) {
    if (!value.isEmpty()) {
      list.addObject().put("type", type).put("value", value);
    }
  }

  private static void attachments(ObjectNode body, List<Attachment> attachments) {
    if (attachments.isEmpty()) {
      return;
    }
    ArrayNode list = body.putArray("attachments");
    for (Attachment attachment : attachments) {
      ObjectNode node =
          list.addObject()
              .put("content", attachment.base64())
              .put("type", attachment.contentType())
              .put("filename", attachment.fileName())
              .put("disposition", attachment.isInline() ? "inline" : "attachment");
      if (attachment.isInline()) {
        node.put("content_id", attachment.contentId());
      }
    }
  }
}
