package dev.tenon.http;

import dev.tenon.connector.Secret;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// JSON Schemas of the records that requests and answers are made of.
final class Schemas {
  private static final String PREFIX = "#/components/schemas/";

  private final Map<String, Map<String, Object>> byName = new TreeMap<>();
  private final Map<String, Class<?>> classes = new HashMap<>();
  private final Map<String, Class<?>> pages = new HashMap<>();

  Map<String, Map<String, Object>> all() {
    return byName;
  }

  /// The schema of any type that a record's component may have.
  Map<String, Object> of(Type type) {
    return switch (type) {
      case ParameterizedType list when list.getRawType() == List.class ->
          Map.of("type", "array", "items", of(list.getActualTypeArguments()[0]));
      case ParameterizedType map when map.getRawType() == Map.class ->
          Map.of("type", "object", "additionalProperties", of(map.getActualTypeArguments()[1]));
      case Class<?> plain -> ofClass(plain);
      case Type other ->
          throw new IllegalStateException(
              "the API has no form for " + other + "; use a record, List, Map or a plain type");
    };
  }

  private Map<String, Object> ofClass(Class<?> type) {
    if (type.isRecord()) {
      return reference(type);
    }
    if (type.isEnum()) {
      return Map.of(
          "type",
          "string",
          "enum",
          Arrays.stream(type.getEnumConstants())
              .map(value -> ((Enum<?>) value).name().toLowerCase(Locale.ROOT))
              .toList());
    }
    if (type == String.class) {
      return Map.of("type", "string");
    }
    if (type == Secret.class) {
      return Map.of("type", "string", "format", "password");
    }
    if (type == Instant.class) {
      return Map.of("type", "string", "format", "date-time");
    }
    if (type == boolean.class || type == Boolean.class) {
      return Map.of("type", "boolean");
    }
    if (type == int.class || type == Integer.class) {
      return Map.of("type", "integer", "format", "int32");
    }
    if (type == long.class || type == Long.class) {
      return Map.of("type", "integer", "format", "int64");
    }
    if (type == double.class || type == Double.class) {
      return Map.of("type", "number");
    }
    if (type == JsonNode.class || type == Object.class) {
      return Map.of();
    }
    throw new IllegalStateException(
        "the API has no form for " + type + "; use a record, List, Map or a plain type");
  }

  /// A reference to the schema of a record, which is made at the first time.
  Map<String, Object> reference(Class<?> type) {
    String name = type.getSimpleName();
    Class<?> known = classes.putIfAbsent(name, type);
    if (known == null) {
      byName.put(name, record(type));
    } else if (known != type) {
      throw new IllegalStateException(
          "two records of the API are called %s: %s and %s"
              .formatted(name, known.getName(), type.getName()));
    }
    return Map.of("$ref", PREFIX + name);
  }

  /// A reference to the schema of one page of a list, `CustomerPage` for pages of `CustomerView`.
  /// It has a name so that clients made from the document have one for it.
  Map<String, Object> page(Type element) {
    if (!(element instanceof Class<?> type && type.isRecord())) {
      throw new IllegalStateException("a list of the API is one of records, not of " + element);
    }
    String name = type.getSimpleName().replaceFirst("View$", "") + "Page";
    Class<?> known = pages.putIfAbsent(name, type);
    if (known == null ? byName.containsKey(name) : known != type) {
      throw new IllegalStateException("two things of the API are called " + name);
    }
    if (known == null) {
      Map<String, Object> properties = new LinkedHashMap<>();
      properties.put("data", Map.of("type", "array", "items", reference(type)));
      properties.put(
          "next_cursor",
          Map.of(
              "type",
              List.of("string", "null"),
              "description",
              "Asks for what follows, as `cursor`; null on the last page."));
      Map<String, Object> page = new LinkedHashMap<>();
      page.put("type", "object");
      page.put("required", List.of("data", "next_cursor"));
      page.put("properties", properties);
      byName.put(name, page);
    }
    return Map.of("$ref", PREFIX + name);
  }

  private Map<String, Object> record(Class<?> type) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String name = Json.fieldName(component);
      Map<String, Object> schema = of(component.getGenericType());
      if (Json.nullable(component)) {
        schema = nullable(schema);
      } else {
        required.add(name);
      }
      About about = component.getAnnotation(About.class);
      if (about != null) {
        schema = new LinkedHashMap<>(schema);
        schema.put("description", about.value());
      }
      properties.put(name, schema);
    }
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("type", "object");
    if (!required.isEmpty()) {
      out.put("required", required);
    }
    out.put("properties", properties);
    return out;
  }

  private static Map<String, Object> nullable(Map<String, Object> schema) {
    if (schema.isEmpty()) {
      return schema;
    }
    if (schema.get("type") instanceof String type && !schema.containsKey("enum")) {
      Map<String, Object> out = new LinkedHashMap<>(schema);
      out.put("type", List.of(type, "null"));
      return out;
    }
    return Map.of("anyOf", List.of(schema, Map.of("type", "null")));
  }
}
