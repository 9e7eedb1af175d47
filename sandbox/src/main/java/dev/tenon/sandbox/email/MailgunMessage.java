package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import jakarta.mail.internet.InternetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One message of Mailgun's `POST /v3/{domain}/messages`, checked as Mailgun checks it.
///
/// @param id its Message-Id as the caller gave it; empty when he gave none
/// @param isTest checked, accepted and thrown away
/// @param dueAt when it is sent; empty for at once
record MailgunMessage(
    MailContent content, Optional<Instant> dueAt, Optional<String> id, boolean isTest) {
  private static final int RECIPIENTS_MAX = 1_000;
  private static final int TAGS_MAX = 10;
  private static final int TAG_CHARS_MAX = 128;
  private static final Duration AHEAD_MAX = Duration.ofDays(7);
  private static final Pattern VARIABLE =
      Pattern.compile("%recipient(?:\\.([A-Za-z0-9_-]{1,100}))?%");
  private static final List<String> OWN_HEADERS = List.of("reply-to", "message-id");

  /// @throws ProviderRefusal with Mailgun's words
  static MailgunMessage read(MultipartForm form, String domain, Instant now) {
    if (form.first("from").isEmpty()) {
      throw refused("from parameter is missing");
    }
    List<InternetAddress> from = addresses(form, "from");
    List<InternetAddress> to = addresses(form, "to");
    List<InternetAddress> cc = addresses(form, "cc");
    List<InternetAddress> bcc = addresses(form, "bcc");
    if (to.isEmpty()) {
      throw refused("to parameter is missing");
    }
    if (Addresses.all(to, cc, bcc).size() > RECIPIENTS_MAX) {
      throw refused("The number of recipients exceeds 1000");
    }
    if (form.first("text").isEmpty() && form.first("html").isEmpty()) {
      throw refused(
          "Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified");
    }
    String subject = form.first("subject");
    if (subject.contains("\n") || subject.contains("\r")) {
      throw refused("subject parameter is not valid");
    }
    MailContent content =
        new MailContent(
            from.getFirst().toUnicodeString(),
            Addresses.texts(to),
            Addresses.texts(cc),
            Addresses.texts(bcc),
            Addresses.texts(addresses(form, "h:Reply-To")),
            subject,
            form.first("html"),
            form.first("text"),
            headers(form),
            files(form),
            domain,
            tags(form),
            variables(form),
            form.source());
    return new MailgunMessage(
        content,
        Optional.of(deliveryTime(form, now)).filter(at -> at.isAfter(now)),
        Optional.of(form.first("h:Message-Id")).filter(id -> id.matches("<[^<>@\\s]+@[^<>@\\s]+>")),
        isYes(form.first("o:testmode")));
  }

  /// A message with recipient variables goes to each recipient of `to` alone, with `%recipient.…%`
  /// replaced by what is said of him; any other goes to all at once.
  List<MailContent> contents(MultipartForm form) {
    String json = form.first("recipient-variables");
    if (json.isEmpty()) {
      return List.of(content);
    }
    ObjectNode variables;
    try {
      variables = Json.readObject(json.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException notJson) {
      throw refused("recipient-variables parameter is not a valid JSON object");
    }
    List<MailContent> all = new ArrayList<>();
    for (String to : content.to()) {
      String address = Addresses.bare(to);
      all.add(personal(to, address, variable(variables, address)));
    }
    return all;
  }

  private static JsonNode variable(ObjectNode variables, String address) {
    return variables.properties().stream()
        .filter(entry -> entry.getKey().equalsIgnoreCase(address))
        .findFirst()
        .map(Map.Entry::getValue)
        .orElse(Json.object());
  }

  private MailContent personal(String to, String address, JsonNode variables) {
    UnaryOperator<String> filled =
        text ->
            VARIABLE
                .matcher(text)
                .replaceAll(
                    found ->
                        Matcher.quoteReplacement(
                            found.group(1) == null
                                ? address
                                : variables.path(found.group(1)).asString("")));
    Map<String, String> metadata = new LinkedHashMap<>();
    content.metadata().forEach((name, value) -> metadata.put(name, filled.apply(value)));
    return new MailContent(
        content.from(),
        List.of(to),
        content.cc(),
        content.bcc(),
        content.replyTo(),
        filled.apply(content.subject()),
        filled.apply(content.html()),
        filled.apply(content.text()),
        content.headers().stream()
            .map(header -> new MailHeader(header.name(), filled.apply(header.value())))
            .toList(),
        content.attachments(),
        content.stream(),
        content.tags(),
        metadata,
        content.source());
  }

  private static List<InternetAddress> addresses(MultipartForm form, String field) {
    List<InternetAddress> found = new ArrayList<>();
    for (String value : form.all(field)) {
      found.addAll(
          Addresses.parse(value)
              .orElseThrow(
                  () ->
                      refused(
                          "'%s' parameter is not a valid address. please check documentation"
                              .formatted(field))));
    }
    return found;
  }

  private static List<MailHeader> headers(MultipartForm form) {
    List<MailHeader> found = new ArrayList<>();
    for (MultipartForm.Field one : form.under("h:")) {
      if (!one.name().matches("[!-9;-~]{1,200}")
          || one.value().contains("\n")
          || one.value().contains("\r")) {
        throw refused("h:%s parameter is not valid".formatted(one.name().strip()));
      }
      if (!OWN_HEADERS.contains(one.name().toLowerCase(Locale.ROOT))) {
        found.add(new MailHeader(one.name(), one.value()));
      }
    }
    return found;
  }

  /// An inline file's content id is its name.
  private static List<AttachedFile> files(MultipartForm form) {
    return form.files().stream()
        .filter(file -> file.field().equals("attachment") || file.field().equals("inline"))
        .map(
            file ->
                AttachedFile.of(
                    file.name(),
                    file.contentType(),
                    file.bytes(),
                    file.field().equals("inline") ? file.name() : ""))
        .toList();
  }

  private static List<String> tags(MultipartForm form) {
    List<String> tags = form.all("o:tag");
    if (tags.size() > TAGS_MAX) {
      throw refused("A message can have at most 10 tags");
    }
    for (String tag : tags) {
      if (tag.length() > TAG_CHARS_MAX || !tag.matches("\\p{ASCII}+")) {
        throw refused("o:tag parameter is not valid: at most 128 ASCII characters");
      }
    }
    return tags;
  }

  private static Map<String, String> variables(MultipartForm form) {
    Map<String, String> found = new LinkedHashMap<>();
    form.under("v:").forEach(field -> found.put(field.name(), field.value()));
    return found;
  }

  private static Instant deliveryTime(MultipartForm form, Instant now) {
    String text = form.first("o:deliverytime");
    if (text.isEmpty()) {
      return now;
    }
    try {
      Instant at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      if (at.isAfter(now.plus(AHEAD_MAX))) {
        throw refused("o:deliverytime parameter is too far in the future");
      }
      return at;
    } catch (DateTimeParseException e) {
      throw refused("o:deliverytime parameter is not a valid date");
    }
  }

  private static boolean isYes(String text) {
    return text.equals("yes") || text.equals("true") || text.equals("True");
  }

  private static ProviderRefusal refused(String words) {
    return new ProviderRefusal(400, "", words);
  }
}
