package dev.tenon.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A field of an event's `data`. Every field is always there; one that may be unknown is then null.
///
/// @param example a value as it may stand there
/// @param about what it means, in a sentence
record EventField(String name, Form form, boolean nullable, Object example, String about) {

  /// What a value looks like.
  enum Form {
    TEXT("string", null),
    NUMBER("integer", null),
    FLAG("boolean", null),
    TIME("string", "date-time");

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
    return new EventField(name, Form.TEXT, false, example, about);
  }

  static EventField number(String name, long example, String about) {
    return new EventField(name, Form.NUMBER, false, example, about);
  }

  static EventField flag(String name, boolean example, String about) {
    return new EventField(name, Form.FLAG, false, example, about);
  }

  static EventField time(String name, String example, String about) {
    return new EventField(name, Form.TIME, false, example, about);
  }

  EventField orNull() {
    return new EventField(name, form, true, example, about);
  }

  /// Its JSON Schema.
  Map<String, Object> schema() {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", nullable ? List.of(form.type, "null") : form.type);
    if (form.format != null) {
      schema.put("format", form.format);
    }
    schema.put("description", about);
    return schema;
  }
}
