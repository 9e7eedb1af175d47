package dev.tenon.connector.email.ses;

import dev.tenon.connector.email.Attachment;
import dev.tenon.connector.email.EmailAddress;
import dev.tenon.connector.email.EmailMessage;
import dev.tenon.connector.email.EmailProvider;
import dev.tenon.connector.email.EncodedWords;
import jakarta.mail.internet.InternetAddress;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One message as the JSON of SES; always the same bytes for an equal message.
final class SesBody {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private static final int CONTENT_TYPE_CHARS_MAX = 78;

  private SesBody() {}

  /// @param configurationSet its name, or empty for the identity's default
  /// @param tenantName its name, or empty
  static byte[] of(EmailMessage message, String configurationSet, String tenantName) {
    ObjectNode body = JSON.createObjectNode();
    body.put("FromEmailAddress", address(message.from()));
    ObjectNode destination = body.putObject("Destination");
    addresses(destination, "ToAddresses", message.to());
    addresses(destination, "CcAddresses", message.cc());
    addresses(destination, "BccAddresses", message.bcc());
    addresses(body, "ReplyToAddresses", message.replyTo());
    ObjectNode simple = body.putObject("Content").putObject("Simple");
    content(simple, "Subject", message.subject());
    ObjectNode parts = simple.putObject("Body");
    content(parts, "Text", message.text());
    content(parts, "Html", message.html());
    if (!message.headers().isEmpty()) {
      ArrayNode headers = simple.putArray("Headers");
      message.headers().forEach((name, value) -> pair(headers, name, EncodedWords.of(value)));
    }
    attachments(simple, message.attachments());
    ArrayNode tags = body.putArray("EmailTags");
    pair(tags, EmailProvider.MESSAGE_ID_FIELD, message.id());
    pair(tags, "stream", message.stream());
    for (int i = 0; i < message.tags().size(); i++) {
      pair(tags, i == 0 ? "tag" : "tag_" + (i + 1), message.tags().get(i));
    }
    message.metadata().forEach((key, value) -> pair(tags, "m_" + key, value));
    if (!configurationSet.isEmpty()) {
      body.put("ConfigurationSetName", configurationSet);
    }
    if (!tenantName.isEmpty()) {
      body.put("TenantName", tenantName);
    }
    return JSON.writeValueAsBytes(body);
  }

  private static void addresses(ObjectNode body, String field, List<EmailAddress> addresses) {
    if (!addresses.isEmpty()) {
      ArrayNode list = body.putArray(field);
      addresses.forEach(one -> list.add(address(one)));
    }
  }

  /// SES takes ASCII only: other names as encoded words of RFC 2047.
  private static String address(EmailAddress address) {
    if (address.name().isEmpty()) {
      return address.address();
    }
    try {
      return new InternetAddress(address.address(), address.name(), StandardCharsets.UTF_8.name())
          .toString();
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void content(ObjectNode body, String field, String text) {
    if (!text.isEmpty()) {
      body.putObject(field).put("Data", text).put("Charset", "UTF-8");
    }
  }

  private static void attachments(ObjectNode simple, List<Attachment> attachments) {
    if (attachments.isEmpty()) {
      return;
    }
    ArrayNode list = simple.putArray("Attachments");
    for (Attachment attachment : attachments) {
      ObjectNode node =
          list.addObject()
              .put("FileName", attachment.fileName())
              .put("RawContent", attachment.base64())
              .put("ContentDisposition", attachment.isInline() ? "INLINE" : "ATTACHMENT")
              .put("ContentTransferEncoding", "BASE64");
      // A longer one is refused; without one, SES takes the type from the file's name.
      if (attachment.contentType().length() <= CONTENT_TYPE_CHARS_MAX) {
        node.put("ContentType", attachment.contentType());
      }
      if (attachment.isInline()) {
        node.put("ContentId", attachment.contentId());
      }
    }
  }

  private static void pair(ArrayNode list, String name, String value) {
    list.addObject().put("Name", name).put("Value", value);
  }
}
