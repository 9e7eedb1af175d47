package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One message of Resend's `POST /emails`, checked as Resend checks it.
///
/// @param dueAt when it is sent; empty for at once
record ResendMessage(MailContent content, Optional<Instant> dueAt) {
  static final int RECIPIENTS_MAX = 50;
  private static final int SUBJECT_MAX = 2_000;
  private static final int TAG_MAX = 256;
  private static final Duration AHEAD_MAX = Duration.ofDays(30);
  private static final Pattern WORDS =
      Pattern.compile("in ([0-9]{1,4}) (sec|second|min|minute|hour|day)s?");
  private static final Set<String> REFUSED_DOMAINS = Set.of("example.com", "test.com");

  /// @throws ProviderRefusal with Resend's error name
  static ResendMessage read(JsonNode node, Instant now) {
    if (!(node instanceof ObjectNode json)) {
      throw new ProviderRefusal(400, "validation_error", "The message must be a JSON object.");
    }
    for (String field : List.of("from", "to", "subject")) {
      if (json.path(field).isMissingNode() || json.path(field).isNull()) {
        throw new ProviderRefusal(
            422, "missing_required_field", "Missing `%s` field.".formatted(field));
      }
    }
    List<InternetAddress> from = addresses(json, "from");
    if (from.size() != 1) {
      throw malformed("from");
    }
    List<InternetAddress> to = addresses(json, "to");
    List<InternetAddress> cc = addresses(json, "cc");
    List<InternetAddress> bcc = addresses(json, "bcc");
    if (to.isEmpty() || to.size() > RECIPIENTS_MAX) {
      throw invalid("The `to` field must have from 1 to 50 addresses.");
    }
    List<InternetAddress> everyone = Addresses.all(to, cc, bcc);
    if (everyone.stream().map(Addresses::domain).anyMatch(REFUSED_DOMAINS::contains)) {
      throw invalid(
          "Invalid `to` field. Please use our testing email address instead of domains like"
              + " `example.com`.");
    }
    String html = text(json, "html");
    String text = text(json, "text");
    if (html.isEmpty() && text.isEmpty()) {
      throw new ProviderRefusal(422, "missing_required_field", "Missing `html` or `text` field.");
    }
    String subject = text(json, "subject");
    if (subject.length() > SUBJECT_MAX || subject.contains("\n") || subject.contains("\r")) {
      throw invalid("The `subject` must be one line of at most 2000 characters.");
    }
    MailContent content =
        new MailContent(
            from.getFirst().toUnicodeString(),
            Addresses.texts(to),
            Addresses.texts(cc),
            Addresses.texts(bcc),
            Addresses.texts(addresses(json, "reply_to")),
            subject,
            html,
            text,
            headers(json),
            attachments(json),
            "",
            tags(json),
            Map.of(),
            Json.pretty(json));
    String time = text(json, "scheduled_at");
    return new ResendMessage(
        content, time.isEmpty() ? Optional.empty() : Optional.of(time(time, now)));
  }

  /// One message of a batch. The real one takes attachments and a time there and forgets both
  /// without a word.
  static ResendMessage readOfBatch(JsonNode node, Instant now) {
    if (!(node instanceof ObjectNode json)) {
      return read(node, now);
    }
    ObjectNode kept = json.deepCopy();
    kept.remove("attachments");
    kept.remove("scheduled_at");
    return read(kept, now);
  }

  /// When a mail is sent: ISO 8601, or plain words such as `in 1 min` of which the sandbox knows
  /// these.
  static Instant time(String text, Instant now) {
    Instant at = WORDS.matcher(text).matches() ? words(text, now) : iso(text);
    if (at.isBefore(now) || at.isAfter(now.plus(AHEAD_MAX))) {
      throw invalid("The `scheduled_at` must be in the next 30 days.");
    }
    return at;
  }

  private static Instant iso(String text) {
    try {
      return OffsetDateTime.parse(text.replace(' ', 'T')).toInstant();
    } catch (DateTimeParseException e) {
      throw invalid("The `scheduled_at` field must be a date in ISO 8601 or natural language.");
    }
  }

  private static Instant words(String text, Instant now) {
    Matcher words = WORDS.matcher(text);
    if (!words.matches()) {
      throw new IllegalArgumentException(text);
    }
    long count = Long.parseLong(words.group(1));
    return now.plus(
        switch (words.group(2).charAt(0)) {
          case 's' -> Duration.ofSeconds(count);
          case 'm' -> Duration.ofMinutes(count);
          case 'h' -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        });
  }

  private static List<InternetAddress> addresses(ObjectNode json, String field) {
    JsonNode node = json.path(field);
    List<InternetAddress> found = new ArrayList<>();
    if (node.isMissingNode() || node.isNull()) {
      return found;
    }
    for (JsonNode one : node.isArray() ? node : Json.array().add(node)) {
      List<InternetAddress> parsed =
          one.isString() ? Addresses.parse(one.asString()).orElse(List.of()) : List.of();
      if (parsed.isEmpty()) {
        throw malformed(field);
      }
      found.addAll(parsed);
    }
    return found;
  }

  private static List<MailHeader> headers(ObjectNode json) {
    List<MailHeader> found = new ArrayList<>();
    if (json.path("headers") instanceof ObjectNode headers) {
      for (Map.Entry<String, JsonNode> header : headers.properties()) {
        String value = header.getValue().asString("");
        if (!header.getKey().matches("[!-9;-~]{1,200}")
            || value.contains("\n")
            || value.contains("\r")) {
          throw invalid("The `headers` field holds an invalid header.");
        }
        found.add(new MailHeader(header.getKey(), value));
      }
    }
    return found;
  }

  private static List<String> tags(ObjectNode json) {
    List<String> found = new ArrayList<>();
    for (JsonNode tag : json.path("tags")) {
      String name = text(tag, "name");
      String value = text(tag, "value");
      if (!isTag(name) || !isTag(value)) {
        throw invalid(
            "Tags should only contain ASCII letters, numbers, underscores, or dashes, at most 256"
                + " of them.");
      }
      found.add(name + "=" + value);
    }
    return found;
  }

  private static boolean isTag(String text) {
    return text.length() <= TAG_MAX && text.matches("[A-Za-z0-9_-]+");
  }

  private static List<AttachedFile> attachments(ObjectNode json) {
    List<AttachedFile> found = new ArrayList<>();
    for (JsonNode each : json.path("attachments")) {
      if (!text(each, "path").isEmpty()) {
        // The real one downloads the address. The sandbox never calls out for a caller.
        throw new ProviderRefusal(
            422, "invalid_attachment", "The sandbox takes attachments by `content`, not `path`.");
      }
      String name = text(each, "filename");
      if (name.isEmpty()) {
        throw new ProviderRefusal(
            422, "invalid_attachment", "Attachment must have a `filename` and a `content`.");
      }
      String id = text(each, "content_id");
      found.add(
          AttachedFile.of(
              name,
              text(each, "content_type"),
              decoded(each.path("content")),
              id.isEmpty() ? text(each, "inline_content_id") : id));
    }
    return found;
  }

  /// Base64, or a Buffer of Node as JSON, which the official SDK sends.
  private static byte[] decoded(JsonNode content) {
    if (content.path("data").isArray()) {
      byte[] bytes = new byte[content.path("data").size()];
      for (int index = 0; index < bytes.length; index++) {
        bytes[index] = (byte) content.path("data").path(index).asInt(0);
      }
      return bytes;
    }
    try {
      return Base64.getMimeDecoder().decode(content.asString(""));
    } catch (IllegalArgumentException notBase64) {
      throw new ProviderRefusal(
          422, "invalid_attachment", "The `content` of an attachment is not base64.");
    }
  }

  private static String text(JsonNode json, String field) {
    JsonNode node = json.path(field);
    if (node.isMissingNode() || node.isNull()) {
      return "";
    }
    if (!node.isString()) {
      throw new ProviderRefusal(
          422, "invalid_parameter", "The `%s` field must be a string.".formatted(field));
    }
    return node.asString();
  }

  private static ProviderRefusal malformed(String field) {
    return invalid(
        "Invalid `%s` field. The email address needs to follow the `email@example.com` or `Name"
                .formatted(field)
            + " <email@example.com>` format.");
  }

  private static ProviderRefusal invalid(String words) {
    return new ProviderRefusal(422, "validation_error", words);
  }
}
