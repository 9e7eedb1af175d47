package dev.tenon.connector.calcom;

import dev.tenon.connector.email.WebhookJson;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Reads single values; lenient, since a field that changed its type must not stop the rest.
final class CalcomJson {
  /// Fields that may hold what opens a meeting, a lock or an account.
  private static final java.util.regex.Pattern CONFIDENTIAL =
      java.util.regex.Pattern.compile(
          "(?i).*(password|passcode|passwort|one.?time|otp|secret|verification.?code|token).*");

  private static final int TEXTS_MAX = 100;
  private static final int TEXT_CHARS_MAX = 2_000;

  private CalcomJson() {}

  /// @throws IllegalArgumentException when it is missing or empty
  static String required(JsonNode object, String field) {
    String text = WebhookJson.text(object.path(field));
    if (text.isEmpty()) {
      throw new IllegalArgumentException("the answer lacks the field " + field);
    }
    return text;
  }

  /// A time with any offset; null for anything else, and for years that no calendar has.
  static @Nullable Instant time(JsonNode node) {
    Instant read = node.isString() ? WebhookJson.time(node.stringValue()) : Instant.EPOCH;
    return read.isAfter(Instant.EPOCH) && read.isBefore(Instant.ofEpochSecond(253_370_764_800L))
        ? read
        : null;
  }

  /// A text, cut at 2,000 characters and without what a database can't hold.
  static String text(JsonNode node) {
    String text = WebhookJson.text(node).replace("\u0000", "");
    if (text.length() <= TEXT_CHARS_MAX) {
      return text;
    }
    int end =
        Character.isHighSurrogate(text.charAt(TEXT_CHARS_MAX - 1))
            ? TEXT_CHARS_MAX - 1
            : TEXT_CHARS_MAX;
    return text.substring(0, end);
  }

  /// The first of several places that holds a text.
  static String first(JsonNode... places) {
    for (JsonNode place : places) {
      String text = text(place);
      if (!text.isEmpty()) {
        return text;
      }
    }
    return "";
  }

  /// An object's fields as texts, at most 100; `{value: …}` counts as its value. What may be a
  /// password or a one-time code is left out.
  static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      JsonNode value =
          field.getValue().isObject() && field.getValue().has("value")
              ? field.getValue().path("value")
              : field.getValue();
      String text = flat(value);
      String name = field.getKey().replace("\u0000", "");
      if (!text.isEmpty()
          && name.length() <= 200
          && texts.size() < TEXTS_MAX
          && !CONFIDENTIAL.matcher(name).matches()) {
        texts.put(name, text);
      }
    }
    return texts;
  }

  private static String flat(JsonNode value) {
    if (value.isBoolean()) {
      return value.booleanValue() ? "true" : "false";
    }
    if (value.isArray()) {
      return value
          .valueStream()
          .limit(TEXTS_MAX)
          .map(CalcomJson::text)
          .filter(text -> !text.isEmpty())
          .collect(java.util.stream.Collectors.joining(", "));
    }
    return value.isObject() ? first(value.path("optionValue"), value.path("label")) : text(value);
  }
}
