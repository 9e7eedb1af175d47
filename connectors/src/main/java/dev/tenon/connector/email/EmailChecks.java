package dev.tenon.connector.email;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The bounds of a message, in one place. They are the narrowest of the providers, so that a
/// message accepted here can go through any of them.
final class EmailChecks {
  /// Postmark and Resend: to, cc and bcc together.
  static final int RECIPIENTS_MAX = 50;

  /// Postmark's 10 MB, bodies and attachments together, in the size they travel in (base64).
  static final long SIZE_BYTES_MAX = 10L * 1000 * 1000;

  static final int REPLY_TO_MAX = 10;

  /// Amazon SES: at most 15 `Headers` of a `Message`.
  static final int HEADERS_MAX = 15;

  /// Amazon SES: 1 to 870 characters of printable ASCII in the value of a header.
  static final int HEADER_CHARS_MAX = 870;

  static final int ATTACHMENTS_MAX = 25;
  static final int METADATA_MAX = 10;

  /// SendGrid and Mailgun take ten, and the stream's name is one of them.
  static final int TAGS_MAX = 5;

  static final int SUBJECT_CHARS_MAX = 500;

  /// What fits Postmark's metadata and tag, Resend's tags and a Message-ID alike.
  private static final Pattern OPAQUE = Pattern.compile("[A-Za-z0-9_-]{1,80}");

  private static final Pattern METADATA_KEY = Pattern.compile("[A-Za-z0-9_-]{1,20}");
  private static final Pattern STREAM = Pattern.compile("[a-z0-9][a-z0-9_-]{0,39}");
  private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9-]{1,76}");

  /// Set from the message's own parts, by the transport, or by us.
  private static final Set<String> RESERVED_HEADERS =
      Set.of(
          "from",
          "sender",
          "to",
          "cc",
          "bcc",
          "reply-to",
          "subject",
          "date",
          "message-id",
          "mime-version",
          "return-path",
          "received",
          "dkim-signature",
          "idempotency-key",
          "resend-idempotency-key",
          "authentication-results");

  /// By these, providers and mail servers take orders that are not the message's to give (another
  /// configuration set, another stream), or they say who has carried it.
  private static final List<String> RESERVED_BEGINNINGS =
      List.of(
          "arc-",
          "content-",
          "resent-",
          "x-mailgun-",
          "x-pm-",
          "x-postmark-",
          "x-ses-",
          "x-smtpapi",
          "x-tenon-");

  private EmailChecks() {}

  static void check(EmailMessage.Builder message) {
    opaque("id", message.id);
    if (message.from.isEmpty()) {
      throw new InvalidEmailException("from", "is missing");
    }
    if (message.to.isEmpty()) {
      throw new InvalidEmailException("to", "needs at least one recipient");
    }
    bounded(
        "to, cc and bcc",
        message.to.size() + message.cc.size() + message.bcc.size(),
        RECIPIENTS_MAX,
        "recipients");
    bounded("reply_to", message.replyTo.size(), REPLY_TO_MAX, "addresses");
    line("subject", message.subject, SUBJECT_CHARS_MAX);
    if (message.subject.isBlank()) {
      throw new InvalidEmailException("subject", "is missing");
    }
    if (message.text.isBlank() && message.html.isBlank()) {
      throw new InvalidEmailException("text", "and html are both empty: one of them is needed");
    }
    headers(message.headers);
    bounded("attachments", message.attachments.size(), ATTACHMENTS_MAX, "files");
    contentIds(message.attachments);
    if (!STREAM.matcher(message.stream).matches()) {
      throw new InvalidEmailException(
          "stream", "must be lower-case letters, digits, '_' and '-', at most 40");
    }
    bounded("tags", message.tags.size(), TAGS_MAX, "labels");
    message.tags.forEach(tag -> opaque("tags", tag));
    bounded("metadata", message.metadata.size(), METADATA_MAX, "entries");
    message.metadata.forEach(EmailChecks::metadata);
    size(message);
  }

  /// Refuses an idempotency key that can't travel in a header: 1 to 256 visible ASCII characters
  /// (256 is Resend's limit).
  static String idempotencyKey(String key) {
    boolean visible = key.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    if (key.isEmpty() || key.length() > 256 || !visible) {
      throw new InvalidEmailException(
          "idempotency_key", "must be 1 to 256 visible ASCII characters");
    }
    return key;
  }

  private static void headers(Map<String, String> headers) {
    bounded("headers", headers.size(), HEADERS_MAX, "headers");
    headers.forEach(
        (name, value) -> {
          if (!HEADER_NAME.matcher(name).matches()) {
            throw new InvalidEmailException(
                "headers",
                "has a name that isn't letters, digits and '-': '" + Lines.shown(name) + "'");
          }
          String known = name.toLowerCase(Locale.ROOT);
          if (RESERVED_HEADERS.contains(known)
              || RESERVED_BEGINNINGS.stream().anyMatch(known::startsWith)) {
            throw new InvalidEmailException(
                "headers." + name, "is set from the message itself and can't be given");
          }
          headerValue("headers." + name, value);
        });
  }

  private static void headerValue(String field, String value) {
    if (value.isBlank()) {
      throw new InvalidEmailException(field, "is empty");
    }
    line(field, value, HEADER_CHARS_MAX);
    bounded(
        field,
        EncodedWords.of(value).length(),
        HEADER_CHARS_MAX,
        "characters in the form that it travels in (RFC 2047)");
  }

  private static void metadata(String key, String value) {
    if (!METADATA_KEY.matcher(key).matches()) {
      throw new InvalidEmailException(
          "metadata",
          "has a key that isn't 1 to 20 letters, digits, '_' and '-': '" + Lines.shown(key) + "'");
    }
    if (key.equals(EmailProvider.MESSAGE_ID_FIELD)) {
      throw new InvalidEmailException("metadata." + key, "is set by Tenon");
    }
    opaque("metadata." + key, value);
  }

  private static void contentIds(List<Attachment> attachments) {
    List<String> ids =
        attachments.stream().filter(Attachment::isInline).map(Attachment::contentId).toList();
    if (Set.copyOf(ids).size() != ids.size()) {
      throw new InvalidEmailException("attachments", "use one content id twice");
    }
  }

  private static void size(EmailMessage.Builder message) {
    long bytes = utf8(message.subject) + utf8(message.text) + utf8(message.html);
    for (Attachment attachment : message.attachments) {
      bytes += (attachment.size() + 2L) / 3 * 4;
    }
    for (Map.Entry<String, String> header : message.headers.entrySet()) {
      bytes += utf8(header.getKey()) + utf8(header.getValue());
    }
    if (bytes > SIZE_BYTES_MAX) {
      throw new InvalidEmailException(
          "message",
          "takes %d bytes with its attachments in base64; the limit is %d"
              .formatted(bytes, SIZE_BYTES_MAX));
    }
  }

  private static long utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static void opaque(String field, String value) {
    if (!OPAQUE.matcher(value).matches()) {
      throw new InvalidEmailException(
          field,
          "must be 1 to 80 letters, digits, '_' and '-', but is '" + Lines.shown(value) + "'");
    }
  }

  private static void line(String field, String value, int charsMax) {
    if (Lines.hasControl(value)) {
      throw new InvalidEmailException(field, "has a line break or control character in it");
    }
    bounded(field, value.length(), charsMax, "characters");
  }

  private static void bounded(String field, int count, int max, String unit) {
    if (count > max) {
      throw new InvalidEmailException(
          field, "has %d %s; the limit is %d".formatted(count, unit, max));
    }
  }
}
