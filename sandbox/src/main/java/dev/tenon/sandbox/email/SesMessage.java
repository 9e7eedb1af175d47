package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.AttachedFile;
import dev.tenon.sandbox.mailbox.MailContent;
import dev.tenon.sandbox.mailbox.MailHeader;
import dev.tenon.sandbox.smtp.MimeReader;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeUtility;
import java.io.UnsupportedEncodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One message of SES's `SendEmail`, simple or raw, checked as SES checks it.
record SesMessage(MailContent content) {
  private static final int RECIPIENTS_MAX = 50;
  private static final int HEADERS_MAX = 15;
  private static final String TAG = "[A-Za-z0-9_-]{1,256}";

  /// @throws ProviderRefusal with the type of SES's error
  static SesMessage read(byte[] body) {
    ObjectNode json;
    try {
      json = Json.readObject(body);
    } catch (IllegalArgumentException notJson) {
      throw new ProviderRefusal(400, "SerializationException", "The body is not a JSON object.");
    }
    String set = text(json, "ConfigurationSetName");
    if (set.equals("missing")) {
      throw new ProviderRefusal(
          404, "NotFoundException", "Configuration set <missing> does not exist.");
    }
    if (text(json, "TenantName").equals("missing")) {
      throw new ProviderRefusal(404, "NotFoundException", "Tenant <missing> does not exist.");
    }
    JsonNode to = json.path("Destination");
    List<InternetAddress> everyone =
        Addresses.all(
            addresses(to, "ToAddresses"),
            addresses(to, "CcAddresses"),
            addresses(to, "BccAddresses"));
    if (everyone.size() > RECIPIENTS_MAX) {
      throw bad("Recipient count exceeds 50.");
    }
    JsonNode content = json.path("Content");
    MailContent read =
        content.has("Raw") ? raw(json, everyone) : simple(json, content.path("Simple"), set);
    checkSender(read.from());
    return new SesMessage(read);
  }

  private static MailContent raw(ObjectNode json, List<InternetAddress> everyone) {
    byte[] mime = decoded(json.at("/Content/Raw/Data").asString(""));
    MailContent read =
        MimeReader.read(
            mime,
            text(json, "FromEmailAddress"),
            everyone.stream().map(InternetAddress::getAddress).toList());
    if (everyone.isEmpty() && read.to().isEmpty()) {
      throw bad("Missing final '@domain'");
    }
    return new MailContent(
        read.from(),
        read.to(),
        read.cc(),
        read.bcc(),
        read.replyTo(),
        read.subject(),
        read.html(),
        read.text(),
        read.headers(),
        read.attachments(),
        text(json, "ConfigurationSetName"),
        List.of(),
        tags(json),
        read.source());
  }

  private static MailContent simple(ObjectNode json, JsonNode simple, String set) {
    if (!simple.isObject()) {
      throw json.path("Content").has("Template")
          ? new ProviderRefusal(404, "NotFoundException", "Template does not exist.")
          : bad("Content must have a simple, raw or template message.");
    }
    List<InternetAddress> from = parsed(text(json, "FromEmailAddress"));
    if (from.size() != 1) {
      throw bad("Missing final '@domain'");
    }
    JsonNode to = json.path("Destination");
    if (addresses(to, "ToAddresses").isEmpty()
        && addresses(to, "CcAddresses").isEmpty()
        && addresses(to, "BccAddresses").isEmpty()) {
      throw bad("Must have at least one destination.");
    }
    String html = simple.at("/Body/Html/Data").asString("");
    String text = simple.at("/Body/Text/Data").asString("");
    if (html.isEmpty() && text.isEmpty()) {
      throw bad("Empty body.");
    }
    String subject = simple.at("/Subject/Data").asString("");
    if (subject.contains("\n") || subject.contains("\r")) {
      throw bad("Subject contains control characters.");
    }
    return new MailContent(
        from.getFirst().toUnicodeString(),
        Addresses.texts(addresses(to, "ToAddresses")),
        Addresses.texts(addresses(to, "CcAddresses")),
        Addresses.texts(addresses(to, "BccAddresses")),
        Addresses.texts(addresses(json, "ReplyToAddresses")),
        subject,
        html,
        text,
        headers(simple),
        attachments(simple),
        set,
        List.of(),
        tags(json),
        Json.pretty(json));
  }

  private static void checkSender(String from) {
    for (InternetAddress sender : Addresses.parse(from).orElse(List.of())) {
      if (Addresses.domain(sender).equals(MailSimulator.UNVERIFIED_DOMAIN)) {
        throw new ProviderRefusal(
            400,
            "MessageRejected",
            "Email address is not verified. The following identities failed the check in region"
                + " SANDBOX: "
                + Addresses.bare(sender));
      }
    }
  }

  private static List<InternetAddress> addresses(JsonNode json, String field) {
    List<InternetAddress> found = new ArrayList<>();
    for (JsonNode one : json.path(field)) {
      found.addAll(parsed(one.asString("")));
    }
    return found;
  }

  private static List<InternetAddress> parsed(String text) {
    if (!text.chars().allMatch(character -> character >= 0x20 && character < 0x7f)) {
      throw bad("Local address contains control or whitespace");
    }
    return Addresses.parse(text).orElseThrow(() -> bad("Missing final '@domain'"));
  }

  private static List<MailHeader> headers(JsonNode simple) {
    List<MailHeader> found = new ArrayList<>();
    for (JsonNode one : simple.path("Headers")) {
      String name = text(one, "Name");
      String value = text(one, "Value");
      if (!name.matches("[!-9;-~]{1,126}")
          || !value.matches("[ -~]{1,870}")
          || Stream.of("from", "to", "cc", "subject")
              .anyMatch(name.toLowerCase(Locale.ROOT)::equals)) {
        throw bad("Invalid header name or value: '%s'.".formatted(name));
      }
      found.add(new MailHeader(name, decodedWords(value)));
    }
    if (found.size() > HEADERS_MAX) {
      throw bad("Number of headers exceeds 15.");
    }
    return found;
  }

  private static String decodedWords(String value) {
    try {
      return MimeUtility.decodeText(value);
    } catch (UnsupportedEncodingException e) {
      return value;
    }
  }

  private static List<AttachedFile> attachments(JsonNode simple) {
    List<AttachedFile> found = new ArrayList<>();
    for (JsonNode one : simple.path("Attachments")) {
      String name = text(one, "FileName");
      if (name.isEmpty()) {
        throw bad("An attachment needs a file name.");
      }
      if (name.toLowerCase(Locale.ROOT)
          .matches(".*\\.(?:exe|bat|com|cmd|js|jse|vbs|scr|lnk|msi)")) {
        throw bad("Unsupported attachment type: '%s'.".formatted(name));
      }
      found.add(
          AttachedFile.of(
              name,
              text(one, "ContentType"),
              decoded(text(one, "RawContent")),
              text(one, "ContentId")));
    }
    return found;
  }

  private static Map<String, String> tags(ObjectNode json) {
    Map<String, String> found = new LinkedHashMap<>();
    for (JsonNode tag : json.path("EmailTags")) {
      String name = text(tag, "Name");
      String value = text(tag, "Value");
      if (!name.matches(TAG) || !value.matches(TAG)) {
        throw bad(
            "Invalid tag '%s': only alphanumeric ASCII characters, '_', and '-' are allowed."
                .formatted(name));
      }
      if (found.put(name, value) != null) {
        throw bad("Duplicate tag '%s'.".formatted(name));
      }
    }
    return found;
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IllegalArgumentException notBase64) {
      throw new ProviderRefusal(400, "SerializationException", "A blob is not base64.");
    }
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asString("");
  }

  private static ProviderRefusal bad(String words) {
    return new ProviderRefusal(400, "BadRequestException", words);
  }
}
