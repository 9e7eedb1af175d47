package dev.tenon.reference;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Turns the schemas of the API document into fields for people and into examples.
final class Fields {
  /// A field deeper than this is named and not opened: the page would repeat itself.
  private static final int DEPTH_MAX = 4;

  private static final String REFERENCE = "#/components/schemas/";

  private final JsonNode schemas;

  Fields(JsonNode document) {
    this.schemas = document.path("components").path("schemas");
  }

  /// The fields of an object; none when the schema is of something else.
  List<Field> of(JsonNode schema) {
    return of(schema, 0);
  }

  private List<Field> of(JsonNode schema, int depth) {
    List<Field> fields = new ArrayList<>();
    JsonNode object = opened(schema);
    if (depth >= DEPTH_MAX) {
      return fields;
    }
    List<String> required = new ArrayList<>();
    object.path("required").forEach(name -> required.add(name.asString()));
    for (var property : object.path("properties").properties()) {
      JsonNode value = property.getValue();
      fields.add(
          new Field(
              property.getKey(),
              type(value),
              required.contains(property.getKey()),
              value.path("description").asString(""),
              of(element(value), depth + 1)));
    }
    return fields;
  }

  /// What a list holds, or the schema itself.
  private JsonNode element(JsonNode schema) {
    JsonNode open = opened(schema);
    return open.has("items") ? element(open.path("items")) : open;
  }

  /// A schema without its references and without "or null".
  JsonNode opened(JsonNode schema) {
    JsonNode open = schema;
    for (int i = 0; i < DEPTH_MAX; i++) {
      if (open.has("$ref")) {
        open = schemas.path(open.path("$ref").asString().substring(REFERENCE.length()));
      } else if (open.has("anyOf")) {
        open = open.path("anyOf").path(0);
      } else {
        return open;
      }
    }
    return open;
  }

  private String type(JsonNode schema) {
    boolean orNull = schema.has("anyOf");
    JsonNode given = orNull ? schema.path("anyOf").path(0) : schema;
    JsonNode open = opened(schema);
    JsonNode type = open.path("type");
    String name = type.isArray() ? type.path(0).asString("") : type.asString("");
    orNull |= type.isArray();
    String words =
        switch (name) {
          case "string" -> string(open);
          case "integer" -> "whole number";
          case "number" -> "number";
          case "boolean" -> "true or false";
          case "array" -> "list of " + type(open.path("items"));
          case "object" -> object(given, open);
          default -> "anything";
        };
    return orNull ? words + ", or null" : words;
  }

  private static String string(JsonNode open) {
    if (open.has("enum")) {
      List<String> values = new ArrayList<>();
      open.path("enum").forEach(value -> values.add(value.asString()));
      return "one of " + String.join(", ", values);
    }
    return switch (open.path("format").asString("")) {
      case "date-time" -> "time";
      case "password" -> "secret text";
      default -> "text";
    };
  }

  private String object(JsonNode given, JsonNode open) {
    if (open.has("additionalProperties")) {
      return "map of text to " + type(open.path("additionalProperties"));
    }
    return given.has("$ref")
        ? given.path("$ref").asString().substring(REFERENCE.length())
        : "object";
  }

  /// A value that the schema allows, with what an object needs; readable JSON.
  String example(JsonNode schema) {
    return JsonMapper.shared()
        .writerWithDefaultPrettyPrinter()
        .writeValueAsString(value(schema, 0));
  }

  private JsonNode value(JsonNode schema, int depth) {
    JsonNode open = opened(schema);
    JsonNode type = open.path("type");
    JsonMapper json = JsonMapper.shared();
    return switch (type.isArray() ? type.path(0).asString("") : type.asString("")) {
      case "string" -> json.getNodeFactory().stringNode(text(open));
      case "integer", "number" -> json.getNodeFactory().numberNode(1);
      case "boolean" -> json.getNodeFactory().booleanNode(false);
      case "array" -> list(open, depth);
      case "object" -> object(open, depth);
      default -> json.createObjectNode();
    };
  }

  private static String text(JsonNode open) {
    if (open.has("enum")) {
      return open.path("enum").path(0).asString();
    }
    return open.path("format").asString("").equals("date-time") ? "2026-12-01T09:00:00Z" : "…";
  }

  private ArrayNode list(JsonNode open, int depth) {
    ArrayNode list = JsonMapper.shared().createArrayNode();
    return depth < DEPTH_MAX ? list.add(value(open.path("items"), depth + 1)) : list;
  }

  private ObjectNode object(JsonNode open, int depth) {
    ObjectNode object = JsonMapper.shared().createObjectNode();
    List<String> required = new ArrayList<>();
    open.path("required").forEach(name -> required.add(name.asString()));
    for (var property : open.path("properties").properties()) {
      if (depth < DEPTH_MAX && required.contains(property.getKey())) {
        object.set(property.getKey(), value(property.getValue(), depth + 1));
      }
    }
    return object;
  }
}
