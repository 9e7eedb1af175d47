package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import jakarta.mail.internet.InternetAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One message of Postmark's `POST /email`, checked as Postmark checks it.
///
/// @param recipients everyone in To, Cc and Bcc
record PostmarkMessage(MailContent content, String toText, List<InternetAddress> recipients) {
  static final int RECIPIENTS_MAX = 50;

  /// Postmark's limit for one message, attachments included.
  static final int BYTES_MAX = 10 * 1024 * 1024;

  private static final int SUBJECT_MAX = 2_000;
  private static final int TAG_MAX = 1_000;
  private static final int METADATA_KEY_MAX = 20;
  private static final int METADATA_VALUE_MAX = 80;
  private static final int METADATA_FIELDS_MAX = 10;
  private static final Set<String> FORBIDDEN_TYPES =
      Set.of(
          "vbs", "exe", "bin", "bat", "chm", "com", "cpl", "crt", "hlp", "hta", "inf", "ins", "isp",
          "jse", "lnk", "mdb", "pcd", "pif", "reg", "scr", "sct", "shs", "vbe", "vba", "wsf", "wsh",
          "wsl", "msc", "msi", "msp", "mst");
  private static final Set<String> LINK_TRACKING =
      Set.of("", "None", "HtmlAndText", "HtmlOnly", "TextOnly");

  /// @throws ProviderRefusal with Postmark's error code
  static PostmarkMessage read(JsonNode node) {
    if (!(node instanceof ObjectNode json)) {
      throw refused(403, "The request body must be a JSON object.");
    }
    List<InternetAddress> from = addresses(json, "From");
    if (from.size() != 1) {
      throw refused(300, "Invalid 'From' address: '%s'.".formatted(text(json, "From")));
    }
    List<InternetAddress> to = addresses(json, "To");
    List<InternetAddress> cc = addresses(json, "Cc");
    List<InternetAddress> bcc = addresses(json, "Bcc");
    List<InternetAddress> recipients = Addresses.all(to, cc, bcc);
    if (recipients.isEmpty()) {
      throw refused(300, "Zero recipients specified");
    }
    if (recipients.size() > RECIPIENTS_MAX) {
      throw refused(300, "Recipient limit exceeded: a message can have at most 50 recipients.");
    }
    String html = text(json, "HtmlBody");
    String text = text(json, "TextBody");
    if (html.isEmpty() && text.isEmpty()) {
      throw refused(300, "Provide either email TextBody or HtmlBody or both.");
    }
    String subject = oneLine(json, "Subject", SUBJECT_MAX);
    String tag = oneLine(json, "Tag", TAG_MAX);
    if (!LINK_TRACKING.contains(text(json, "TrackLinks"))) {
      throw refused(300, "The 'TrackLinks' value is not known.");
    }
    String stream = text(json, "MessageStream");
    MailContent content =
        new MailContent(
            from.getFirst().toUnicodeString(),
            Addresses.texts(to),
            Addresses.texts(cc),
            Addresses.texts(bcc),
            Addresses.texts(addresses(json, "ReplyTo")),
            subject,
            html,
            text,
            headers(json),
            attachments(json),
            stream.isEmpty() ? "outbound" : stream,
            tag.isEmpty() ? List.of() : List.of(tag),
            metadata(json),
            Json.pretty(json));
    return new PostmarkMessage(content, text(json, "To"), recipients);
  }

  private static List<InternetAddress> addresses(ObjectNode json, String field) {
    String list = text(json, field);
    return Addresses.parse(list)
        .orElseThrow(
            () ->
                refused(
                    300,
                    field.equals("From")
                        ? "Invalid 'From' address: '%s'.".formatted(list)
                        : "Error parsing '%s': Illegal email address '%s'."
                            .formatted(field, list)));
  }

  private static Map<String, String> metadata(ObjectNode json) {
    JsonNode node = json.path("Metadata");
    Map<String, String> found = new LinkedHashMap<>();
    if (node instanceof ObjectNode fields) {
      for (Map.Entry<String, JsonNode> field : fields.properties()) {
        if (!field.getValue().isString()) {
          throw refused(403, "Metadata values must be strings.");
        }
        String value = field.getValue().asString();
        if (field.getKey().length() > METADATA_KEY_MAX || value.length() > METADATA_VALUE_MAX) {
          throw refused(
              300,
              "Metadata keys can have at most 20 characters, values 80: '%s'."
                  .formatted(field.getKey()));
        }
        found.put(field.getKey(), value);
      }
      if (found.size() > METADATA_FIELDS_MAX) {
        throw refused(300, "A message can have at most 10 metadata fields.");
      }
    } else if (!node.isMissingNode() && !node.isNull()) {
      throw refused(403, "'Metadata' must be an object.");
    }
    return found;
  }

  private static List<MailHeader> headers(ObjectNode json) {
    List<MailHeader> found = new ArrayList<>();
    for (JsonNode each : array(json, "Headers")) {
      String name = text(each, "Name");
      String value = text(each, "Value");
      if (!name.matches("[!-9;-~]{1,200}") || value.contains("\n") || value.contains("\r")) {
        throw refused(300, "Invalid header '%s'.".formatted(name.strip()));
      }
      found.add(new MailHeader(name, value));
    }
    return found;
  }

  private static List<AttachedFile> attachments(ObjectNode json) {
    List<AttachedFile> found = new ArrayList<>();
    for (JsonNode each : array(json, "Attachments")) {
      String name = text(each, "Name");
      String type = text(each, "ContentType");
      if (name.isEmpty() || type.isEmpty()) {
        throw refused(300, "An attachment needs a Name and a ContentType.");
      }
      String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
      if (FORBIDDEN_TYPES.contains(extension)) {
        throw refused(411, "Forbidden attachment type: '%s'.".formatted(name));
      }
      String id = text(each, "ContentID");
      found.add(
          AttachedFile.of(
              name,
              type,
              decoded(text(each, "Content"), name),
              id.startsWith("cid:") ? id.substring(4) : id));
    }
    return found;
  }

  private static byte[] decoded(String base64, String name) {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException notBase64) {
      throw refused(300, "The content of attachment '%s' is not base64.".formatted(name));
    }
  }

  private static Iterable<JsonNode> array(ObjectNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return List.of();
    }
    if (!node.isArray()) {
      throw refused(403, "'%s' must be an array.".formatted(field));
    }
    return node;
  }

  private static String oneLine(ObjectNode json, String field, int charactersMax) {
    String value = text(json, field);
    if (value.length() > charactersMax || value.contains("\n") || value.contains("\r")) {
      throw refused(
          300, "'%s' must be one line of at most %d characters.".formatted(field, charactersMax));
    }
    return value;
  }

  private static String text(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return "";
    }
    if (!node.isString()) {
      throw refused(403, "'%s' must be a string.".formatted(field));
    }
    return node.asString();
  }

  private static ProviderRefusal refused(int code, String words) {
    return new ProviderRefusal(422, Integer.toString(code), words);
  }
}
