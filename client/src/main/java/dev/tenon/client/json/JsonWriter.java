package dev.tenon.client.json;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Writes JSON: records as objects with `snake_case` names and without what is null, maps,
/// iterables, strings, numbers, booleans, times as RFC 3339 and enums in lower case.
public final class JsonWriter {
  private final StringBuilder out = new StringBuilder();
  private int depth;

  private JsonWriter() {}

  /// The text of a value, in UTF-8.
  ///
  /// @throws JsonException for a value that JSON has no form for, or one nested too deep
  public static byte[] write(@Nullable Object value) {
    var writer = new JsonWriter();
    writer.value(value);
    return writer.out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void value(@Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String text -> string(text);
      case Boolean flag -> out.append(flag);
      case Double number -> number(number);
      case Float number -> number(number);
      case Number number -> out.append(number);
      case Instant time -> string(time.toString());
      case Enum<?> name -> string(name.name().toLowerCase(Locale.ROOT));
      case Record fields -> object(JsonRecords.fields(fields));
      case Map<?, ?> map -> object(map);
      case Iterable<?> list -> array(list);
      default ->
          throw new JsonException(
              "JSON has no form for a %s".formatted(value.getClass().getName()));
    }
  }

  private void number(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      throw new JsonException("JSON has no form for a number that is not finite");
    }
    out.append(number);
  }

  private void object(Map<?, ?> map) {
    deeper();
    out.append('{');
    boolean first = true;
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      if (!first) {
        out.append(',');
      }
      first = false;
      string(String.valueOf(entry.getKey()));
      out.append(':');
      value(entry.getValue());
    }
    out.append('}');
    depth--;
  }

  private void array(Iterable<?> list) {
    deeper();
    out.append('[');
    boolean first = true;
    for (Object one : list) {
      if (!first) {
        out.append(',');
      }
      first = false;
      value(one);
    }
    out.append(']');
    depth--;
  }

  /// A map that holds itself would never end.
  private void deeper() {
    if (++depth > JsonReader.DEPTH_MAX) {
      throw new JsonException(
          "the value is nested deeper than %d levels".formatted(JsonReader.DEPTH_MAX));
    }
  }

  private void string(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          // A lone surrogate has no UTF-8: escaped, the server can name the field.
          if (c < ' ' || Character.isSurrogate(c)) {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
