package dev.tenon.sandbox.email;

import dev.tenon.sandbox.Json;
import dev.tenon.sandbox.mailbox.AttachedFile;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What all personalizations of a request to SendGrid share: bodies, attachments and categories.
///
/// @param source the request as it came, for reading
record SendGridParts(
    String html,
    String text,
    List<AttachedFile> attachments,
    List<String> categories,
    String source) {
  private static final int CATEGORIES_MAX = 10;
  private static final int CATEGORY_CHARS_MAX = 255;

  /// @throws ProviderRefusal whose code is the field at fault
  static SendGridParts read(ObjectNode json) {
    Map<String, String> bodies = bodies(json);
    return new SendGridParts(
        bodies.getOrDefault("text/html", ""),
        bodies.getOrDefault("text/plain", ""),
        attachments(json),
        categories(json),
        Json.pretty(json));
  }

  private static Map<String, String> bodies(ObjectNode json) {
    JsonNode content = json.path("content");
    if (!content.isArray() || content.isEmpty()) {
      throw refused(
          "content", "Unless a valid template_id is provided, the content parameter is required.");
    }
    Map<String, String> found = new LinkedHashMap<>();
    for (int index = 0; index < content.size(); index++) {
      String type = text(content.path(index), "type");
      String value = text(content.path(index), "value");
      if (value.isEmpty()) {
        throw refused(
            "content." + index + ".value",
            "The content value must be a string at least one character in length.");
      }
      if (type.equals("text/plain") && index > 0) {
        throw refused(
            "content",
            "If present, text/plain and text/html may only be provided once, and text/plain must be"
                + " the first content type.");
      }
      found.put(type, value);
    }
    return found;
  }

  private static List<String> categories(ObjectNode json) {
    List<String> found = new ArrayList<>();
    for (JsonNode one : json.path("categories")) {
      if (!one.isString() || one.asString().length() > CATEGORY_CHARS_MAX) {
        throw refused("categories", "Each category name must be at most 255 characters.");
      }
      if (found.contains(one.asString())) {
        throw refused("categories", "Categories must be unique.");
      }
      found.add(one.asString());
    }
    if (found.size() > CATEGORIES_MAX) {
      throw refused("categories", "You may have at most 10 categories per message.");
    }
    return found;
  }

  private static List<AttachedFile> attachments(ObjectNode json) {
    List<AttachedFile> found = new ArrayList<>();
    for (int index = 0; index < json.path("attachments").size(); index++) {
      JsonNode one = json.path("attachments").path(index);
      String place = "attachments." + index;
      String name = text(one, "filename");
      if (name.isEmpty()) {
        throw refused(place + ".filename", "The attachment filename is required.");
      }
      found.add(
          AttachedFile.of(
              name,
              one.path("type").asString("application/octet-stream"),
              decoded(text(one, "content"), place),
              text(one, "content_id")));
    }
    return found;
  }

  private static byte[] decoded(String base64, String place) {
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (bytes.length > 0) {
        return bytes;
      }
    } catch (IllegalArgumentException _) {
      // Refused below, as what is empty.
    }
    throw refused(place + ".content", "The attachment content must be base64 encoded.");
  }

  private static String text(JsonNode json, String field) {
    return json.path(field).asString("");
  }

  private static ProviderRefusal refused(String field, String words) {
    return new ProviderRefusal(400, field, words);
  }
}
