package dev.tenon.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A field of an event's `data`. Every field is always there; one that may be unknown is then null.
///
/// @param example a value as it may stand there
/// @param about what it means, in a sentence
/// @param parts the fields of each entry of a list; empty for anything else
record EventField(
    String name,
    Form form,
    boolean nullable,
    Object example,
    String about,
    List<EventField> parts) {

  private EventField(String name, Form form, Object example, String about) {
    this(name, form, false, example, about, List.of());
  }

  /// What a value looks like.
  enum Form {
    TEXT("string", null),
    NUMBER("integer", null),
    FLAG("boolean", null),
    TIME("string", "date-time"),
    LIST("array", null),
    TEXTS("array", null),
    MAP("object", null);

    private final String type;
    private final @Nullable String format;

    Form(String type, @Nullable String format) {
      this.type = type;
      this.format = format;
    }

    /// As JSON Schema calls it.
    String text() {
      return type;
    }
  }

  static EventField text(String name, String example, String about) {
    return new EventField(name, Form.TEXT, example, about);
  }

  static EventField number(String name, long example, String about) {
    return new EventField(name, Form.NUMBER, example, about);
  }

  static EventField flag(String name, boolean example, String about) {
    return new EventField(name, Form.FLAG, example, about);
  }

  static EventField time(String name, String example, String about) {
    return new EventField(name, Form.TIME, example, about);
  }

  /// A list of objects, each with `parts`.
  static EventField list(String name, List<EventField> parts, String about) {
    Map<String, Object> one = new LinkedHashMap<>();
    parts.forEach(part -> one.put(part.name, part.example));
    return new EventField(name, Form.LIST, false, List.of(one), about, List.copyOf(parts));
  }

  /// A list of texts.
  static EventField texts(String name, List<String> example, String about) {
    return new EventField(name, Form.TEXTS, example, about);
  }

  /// Texts by keys that the application chose.
  static EventField map(String name, Map<String, String> example, String about) {
    return new EventField(name, Form.MAP, example, about);
  }

  EventField orNull() {
    return new EventField(name, form, true, example, about, parts);
  }

  /// Its JSON Schema.
  Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", nullable ? List.of(form.type, "null") : form.type);
    if (form.format != null) {
      schema.put("format", form.format);
    }
    schema.put("description", about);
    if (form == Form.LIST) {
      schema.put("items", object(parts));
    }
    if (form == Form.TEXTS) {
      schema.put("items", Map.of("type", "string"));
    }
    if (form == Form.MAP) {
      schema.put("additionalProperties", Map.of("type", "string"));
    }
    return schema;
  }

  /// The JSON Schema of an object that has `fields`, all of them.
  private static Map<String, Object> object(List<EventField> fields) {
    Map<String, Object> properties = new LinkedHashMap<>();
    fields.forEach(field -> properties.put(field.name, field.schema()));
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("required", List.copyOf(properties.keySet()));
    schema.put("properties", properties);
    return schema;
  }
}
