package dev.tenon.connector.stripe;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Reads Stripe's objects as trees, whatever API version shaped them. The typed models of Stripe's
/// SDK can't do that: they come out empty when the event's release train isn't their own.
///
/// Readers are lenient: a field that is absent, null or of another type reads as empty, since
/// Stripe adds and moves fields between versions and calls its enums open. Strict are those of what
/// makes an answer to a call of ours one at all, by their names.
public final class StripeObjects {
  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(64)
                          .maxStringLength(2_000_000)
                          .build())
                  .build())
          .build();

  private static final long SECONDS_MAX = 253_402_300_799L; // the end of the year 9999

  private StripeObjects() {}

  /// The tree of a body that [StripeEvent#read] has accepted.
  ///
  /// @throws IllegalArgumentException when it is not JSON
  public static JsonNode tree(byte[] body) {
    try {
      return JSON.readTree(body);
    } catch (JacksonException _) {
      throw new IllegalArgumentException("the body is not JSON");
    }
  }

  /// The object that a v1 event is about, missing when the event carries none.
  public static JsonNode object(JsonNode event) {
    return event.path("data").path("object");
  }

  /// What an `…updated` event says was different before, missing when it says nothing.
  public static JsonNode previousAttributes(JsonNode event) {
    return event.path("data").path("previous_attributes");
  }

  /// A text, empty when there is none.
  static String text(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isString() ? value.stringValue() : "";
  }

  /// A text without which an answer is none.
  ///
  /// @throws IllegalArgumentException when it isn't there
  static String required(JsonNode node, String field) {
    String value = text(node, field);
    if (value.isEmpty()) {
      throw new IllegalArgumentException("no " + field);
    }
    return value;
  }

  /// A whole number without which an answer is none.
  ///
  /// @throws IllegalArgumentException when it isn't there
  static long requiredNumber(JsonNode node, String field) {
    Long value = numberOrNull(node, field);
    if (value == null) {
      throw new IllegalArgumentException("no " + field);
    }
    return value;
  }

  /// The objects of a list that was asked for.
  ///
  /// @throws IllegalArgumentException when it is none
  static List<JsonNode> list(JsonNode list) {
    if (!list.path("data").isArray()) {
      throw new IllegalArgumentException("no list");
    }
    return elements(list.path("data"));
  }

  /// An id, or the id inside the object that was expanded in its place; empty when there is none.
  static String reference(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isObject() ? text(value, "id") : text(node, field);
  }

  /// The customer, or its account where the customer is modelled by Accounts v2.
  static String customer(JsonNode node) {
    return firstNonEmpty(reference(node, "customer"), reference(node, "customer_account"));
  }

  static boolean flag(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isBoolean() && value.booleanValue();
  }

  /// A whole number, or `otherwise` when there is none.
  static long number(JsonNode node, String field, long otherwise) {
    JsonNode value = node.path(field);
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : otherwise;
  }

  static @Nullable Long numberOrNull(JsonNode node, String field) {
    JsonNode value = node.path(field);
    return value.isIntegralNumber() && value.canConvertToLong() ? value.longValue() : null;
  }

  /// Unix seconds as a time, null when there is none or it is after the year 9999.
  static @Nullable Instant time(JsonNode node, String field) {
    long seconds = number(node, field, Long.MIN_VALUE);
    return seconds < 0 || seconds > SECONDS_MAX ? null : Instant.ofEpochSecond(seconds);
  }

  static String currency(JsonNode node) {
    return text(node, "currency").toLowerCase(Locale.ROOT);
  }

  /// Stripe's metadata in its own order; values that are not texts are left out.
  static Map<String, String> metadata(JsonNode node) {
    Map<String, String> metadata = new LinkedHashMap<>();
    node.path("metadata")
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().isString()) {
                metadata.put(entry.getKey(), entry.getValue().stringValue());
              }
            });
    return java.util.Collections.unmodifiableMap(metadata);
  }

  /// The objects in a list object (`{"object":"list","data":[…]}`).
  static List<JsonNode> listed(JsonNode node, String field) {
    return elements(node.path(field).path("data"));
  }

  /// The objects in an array, empty when it is none.
  static List<JsonNode> elements(JsonNode array) {
    List<JsonNode> found = new ArrayList<>();
    array.forEach(
        element -> {
          if (element.isObject()) {
            found.add(element);
          }
        });
    return found;
  }

  /// The first of `places` that is an object, missing when none is.
  static JsonNode firstObject(JsonNode... places) {
    for (JsonNode place : places) {
      if (place.isObject()) {
        return place;
      }
    }
    return MissingNode.getInstance();
  }

  static String firstNonEmpty(String... values) {
    for (String value : values) {
      if (!value.isEmpty()) {
        return value;
      }
    }
    return "";
  }
}
