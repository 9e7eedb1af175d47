package dev.tenon.sandbox.email;

import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One personalization of SendGrid's `POST /v3/mail/send`, with what it takes from the message
/// around it, checked as SendGrid checks it.
///
/// @param dueAt when it is sent; empty for at once
/// @param batch by which it can be held back; empty for none
record SendGridMessage(MailContent content, Optional<Instant> dueAt, String batch) {
  private static final int PERSONALIZATIONS_MAX = 1_000;
  private static final int RECIPIENTS_MAX = 1_000;
  private static final int ARGUMENT_BYTES_MAX = 10_000;
  private static final Duration AHEAD_MAX = Duration.ofDays(3);
  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "x-sg-id",
          "x-sg-eid",
          "received",
          "dkim-signature",
          "content-type",
          "content-transfer-encoding",
          "to",
          "from",
          "subject",
          "reply-to",
          "cc",
          "bcc");

  /// @throws ProviderRefusal whose code is the field at fault
  static List<SendGridMessage> readAll(JsonNode node, Instant now) {
    if (!(node instanceof ObjectNode json)) {
      throw refused("", "Bad Request");
    }
    JsonNode envelopes = json.path("personalizations");
    if (!envelopes.isArray() || envelopes.isEmpty()) {
      throw refused(
          "personalizations",
          "The personalizations field is required and must have at least one personalization.");
    }
    if (envelopes.size() > PERSONALIZATIONS_MAX) {
      throw refused(
          "personalizations",
          "The personalization block is limited to 1000 personalizations per API request.");
    }
    SendGridParts parts = SendGridParts.read(json);
    List<SendGridMessage> messages = new ArrayList<>();
    int recipients = 0;
    for (int index = 0; index < envelopes.size(); index++) {
      SendGridMessage message = read(json, parts, envelopes.path(index), index, now);
      messages.add(message);
      recipients +=
          message.content().to().size()
              + message.content().cc().size()
              + message.content().bcc().size();
    }
    if (recipients > RECIPIENTS_MAX) {
      throw refused("personalizations", "The total number of recipients must be less than 1000.");
    }
    return messages;
  }

  private static SendGridMessage read(
      ObjectNode json, SendGridParts parts, JsonNode envelope, int index, Instant now) {
    String place = "personalizations." + index;
    JsonNode fromNode = envelope.has("from") ? envelope.path("from") : json.path("from");
    InternetAddress from = address(fromNode, "from");
    if (Addresses.domain(from).equals(MailSimulator.UNVERIFIED_DOMAIN)) {
      throw new ProviderRefusal(
          403,
          "from",
          "The from address does not match a verified Sender Identity. Mail cannot be sent until"
              + " this error is resolved.");
    }
    List<InternetAddress> to = addresses(envelope, place, "to");
    if (to.isEmpty()) {
      throw refused(
          place + ".to",
          "The to array is required for all personalization objects, and must have at least one"
              + " email object with a valid email address.");
    }
    List<InternetAddress> cc = addresses(envelope, place, "cc");
    List<InternetAddress> bcc = addresses(envelope, place, "bcc");
    unique(Addresses.all(to, cc, bcc));
    String subject = first(text(envelope, "subject"), text(json, "subject"));
    if (subject.isEmpty() || subject.contains("\n") || subject.contains("\r")) {
      throw refused(
          "subject",
          "The subject is required. You can get around this requirement if you use a template with"
              + " a subject defined or if every personalization has a subject defined.");
    }
    JsonNode sendAt = envelope.has("send_at") ? envelope.path("send_at") : json.path("send_at");
    if (sendAt.isNumber() && Instant.ofEpochSecond(sendAt.asLong()).isAfter(now.plus(AHEAD_MAX))) {
      throw refused("send_at", "Scheduling more than 72 hours in advance is forbidden.");
    }
    return new SendGridMessage(
        new MailContent(
            from.toUnicodeString(),
            Addresses.texts(to),
            Addresses.texts(cc),
            Addresses.texts(bcc),
            Addresses.texts(replyTo(json)),
            subject,
            parts.html(),
            parts.text(),
            headers(json, envelope),
            parts.attachments(),
            text(json, "ip_pool_name"),
            parts.categories(),
            arguments(json, envelope),
            parts.source()),
        sendAt.isNumber() && Instant.ofEpochSecond(sendAt.asLong()).isAfter(now)
            ? Optional.of(Instant.ofEpochSecond(sendAt.asLong()))
            : Optional.empty(),
        text(json, "batch_id"));
  }

  private static List<InternetAddress> replyTo(ObjectNode json) {
    if (json.has("reply_to") && json.has("reply_to_list")) {
      throw refused("reply_to", "You can use either reply_to or reply_to_list, not both.");
    }
    if (json.has("reply_to")) {
      return List.of(address(json.path("reply_to"), "reply_to"));
    }
    return addresses(json, "", "reply_to_list");
  }

  private static List<InternetAddress> addresses(JsonNode json, String place, String field) {
    List<InternetAddress> found = new ArrayList<>();
    String path = place.isEmpty() ? field : place + "." + field;
    JsonNode list = json.path(field);
    if (!list.isMissingNode() && !list.isArray()) {
      throw refused(path, "The %s parameter must be an array.".formatted(field));
    }
    for (int index = 0; index < list.size(); index++) {
      found.add(address(list.path(index), path + "." + index));
    }
    return found;
  }

  private static InternetAddress address(JsonNode node, String path) {
    String email = text(node, "email");
    List<InternetAddress> parsed = Addresses.parse(email).orElse(List.of());
    if (parsed.size() != 1) {
      throw refused(path + ".email", "Does not contain a valid address.");
    }
    InternetAddress address = parsed.getFirst();
    String name = text(node, "name");
    if (!name.isEmpty()) {
      try {
        address.setPersonal(name, "UTF-8");
      } catch (java.io.UnsupportedEncodingException e) {
        throw new IllegalStateException(e);
      }
    }
    return address;
  }

  private static void unique(List<InternetAddress> everyone) {
    Set<String> known = new HashSet<>();
    for (InternetAddress one : everyone) {
      if (!known.add(Addresses.bare(one))) {
        throw refused(
            "personalizations",
            "Each email address in the personalization block should be unique between to, cc, and"
                + " bcc. We found the first duplicate instance of [%s] in the personalizations"
                    .formatted(Addresses.bare(one))
                + ".0 field.");
      }
    }
  }

  private static List<MailHeader> headers(ObjectNode json, JsonNode envelope) {
    Map<String, String> all = new LinkedHashMap<>();
    for (JsonNode headers : List.of(json.path("headers"), envelope.path("headers"))) {
      for (Map.Entry<String, JsonNode> header : headers.properties()) {
        String name = header.getKey();
        String value = header.getValue().isString() ? header.getValue().asString() : "\n";
        if (!name.matches("[!-9;-~]{1,200}") || value.contains("\n") || value.contains("\r")) {
          throw refused("headers", "The headers parameter has an invalid header.");
        }
        if (RESERVED_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
          throw refused(
              "headers." + name,
              "The following are reserved and may not be used as custom headers: %s."
                  .formatted(name));
        }
        all.put(name, value);
      }
    }
    return all.entrySet().stream()
        .map(entry -> new MailHeader(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Map<String, String> arguments(ObjectNode json, JsonNode envelope) {
    Map<String, String> found = new LinkedHashMap<>();
    int bytes = 0;
    for (JsonNode arguments : List.of(json.path("custom_args"), envelope.path("custom_args"))) {
      for (Map.Entry<String, JsonNode> one : arguments.properties()) {
        String value = one.getValue().asString("");
        bytes += one.getKey().length() + value.length();
        found.put(one.getKey(), value);
      }
    }
    if (bytes > ARGUMENT_BYTES_MAX) {
      throw refused("custom_args", "The total size of custom_args must be under 10000 bytes.");
    }
    return found;
  }

  private static String first(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asString("");
  }

  private static ProviderRefusal refused(String field, String words) {
    return new ProviderRefusal(400, field, words);
  }
}
