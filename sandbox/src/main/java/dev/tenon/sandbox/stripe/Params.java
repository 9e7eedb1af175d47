package dev.tenon.sandbox.stripe;

import dev.tenon.sandbox.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The parameters of one call, or one object inside them, with Stripe's refusals.
///
/// `name` is the prefix for messages: empty at the top, `items[0]` inside.
record Params(ObjectNode fields, String name) {
  private static final int TEXT_MAX = 5_000;

  boolean has(String key) {
    return fields.has(key);
  }

  /// Refuses every parameter but these (and `expand`, which goes everywhere).
  Params allow(String... names) {
    Set<String> allowed = Set.of(names);
    for (String key : fields.propertyNames()) {
      if (!allowed.contains(key) && !key.equals("expand")) {
        throw StripeError.unknownParameter(full(key));
      }
    }
    return this;
  }

  /// The text; empty when it is absent or sent empty.
  String text(String key) {
    JsonNode value = fields.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    if (!value.isString()) {
      throw StripeError.invalid(full(key), "Invalid string: " + full(key));
    }
    String text = value.asString();
    if (text.length() > TEXT_MAX) {
      throw StripeError.invalid(
          full(key), "Invalid string: " + full(key) + " must be at most 5000 characters.");
    }
    return text;
  }

  String required(String key) {
    String text = text(key);
    if (text.isEmpty()) {
      throw StripeError.missing(full(key));
    }
    return text;
  }

  String oneOf(String key, String otherwise, String... words) {
    String text = text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!List.of(words).contains(text)) {
      throw StripeError.invalid(
          full(key),
          "Invalid %s: must be one of %s".formatted(full(key), String.join(", ", words)));
    }
    return text;
  }

  long integer(String key, long otherwise, long min, long max) {
    String text = text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("-?[0-9]{1,15}")) {
      throw StripeError.invalid("parameter_invalid_integer", full(key), "Invalid integer: " + text);
    }
    long value = Long.parseLong(text);
    if (value < min || value > max) {
      throw StripeError.invalid(
          "parameter_invalid_integer",
          full(key),
          "Invalid integer: %s must be from %d to %d".formatted(full(key), min, max));
    }
    return value;
  }

  boolean bool(String key, boolean otherwise) {
    return switch (text(key)) {
      case "" -> otherwise;
      case "true" -> true;
      case "false" -> false;
      default ->
          throw StripeError.invalid(full(key), "Invalid boolean: " + fields.path(key).asString());
    };
  }

  Optional<Params> object(String key) {
    JsonNode value = fields.path(key);
    if (value instanceof ObjectNode object) {
      return Optional.of(new Params(object, full(key)));
    }
    if (value instanceof ArrayNode || (value.isString() && !value.asString().isEmpty())) {
      throw StripeError.invalid(full(key), "Invalid object");
    }
    return Optional.empty();
  }

  List<Params> objects(String key) {
    List<Params> list = new ArrayList<>();
    JsonNode value = fields.path(key);
    if (value instanceof ArrayNode array) {
      for (JsonNode element : array) {
        String at = full(key) + "[" + list.size() + "]";
        if (!(element instanceof ObjectNode object)) {
          throw StripeError.invalid(at, "Invalid object");
        }
        list.add(new Params(object, at));
      }
    } else if (value.isObject() || (value.isString() && !value.asString().isEmpty())) {
      throw StripeError.invalid(full(key), "Invalid array");
    }
    return list;
  }

  List<String> texts(String key) {
    List<String> list = new ArrayList<>();
    JsonNode value = fields.path(key);
    if (value instanceof ArrayNode array) {
      array.forEach(element -> list.add(element.asString("")));
    } else if (value.isObject() || (value.isString() && !value.asString().isEmpty())) {
      throw StripeError.invalid(full(key), "Invalid array");
    }
    return list;
  }

  /// Copies text parameters onto an object; what is sent empty becomes null.
  void copyTexts(ObjectNode target, String... keys) {
    for (String key : keys) {
      if (has(key)) {
        String text = text(key);
        if (text.isEmpty()) {
          target.putNull(key);
        } else {
          target.put(key, text);
        }
      }
    }
  }

  /// Merges `metadata` as Stripe does: an empty value removes its key, an empty parameter removes
  /// all. At most 50 keys of 40 characters with values of 500.
  void mergeMetadata(ObjectNode target) {
    ObjectNode metadata =
        target.get("metadata") instanceof ObjectNode old ? old : target.putObject("metadata");
    if (!has("metadata")) {
      return;
    }
    Optional<Params> given = object("metadata");
    if (given.isEmpty()) {
      metadata.removeAll();
      return;
    }
    for (String key : given.get().fields.propertyNames()) {
      String value = given.get().text(key);
      if (key.length() > 40 || value.length() > 500) {
        throw StripeError.invalid(
            given.get().full(key),
            "Metadata keys have at most 40 characters and values at most 500.");
      }
      if (value.isEmpty()) {
        metadata.remove(key);
      } else {
        metadata.put(key, value);
      }
    }
    if (metadata.size() > 50) {
      throw StripeError.invalid("metadata", "Metadata can have at most 50 keys.");
    }
  }

  ObjectNode metadata() {
    ObjectNode holder = Json.object();
    mergeMetadata(holder);
    return (ObjectNode) holder.get("metadata");
  }

  String full(String key) {
    return name.isEmpty() ? key : name + "[" + key + "]";
  }
}
