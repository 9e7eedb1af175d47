package dev.tenon.client.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Public records of JSON objects: the component `sentAt` is the field `sent_at`.
///
/// Fields that a record doesn't have are passed over, since the API adds fields without notice.
/// What is absent is null; an absent list or map is an empty one, and an absent number or flag that
/// can't be null is an error.
public final class JsonRecords {
  private static final ClassValue<Form<?>> FORMS =
      new ClassValue<>() {
        @Override
        protected Form<?> computeValue(Class<?> type) {
          return Form.of(type);
        }
      };

  private JsonRecords() {}

  private record Form<R>(
      List<RecordComponent> components, List<String> names, Constructor<R> maker) {
    static <R> Form<R> of(Class<R> type) {
      List<RecordComponent> components = List.of(type.getRecordComponents());
      try {
        return new Form<>(
            components,
            components.stream().map(one -> fieldName(one.getName())).toList(),
            type.getDeclaredConstructor(
                components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new)));
      } catch (NoSuchMethodException impossible) {
        throw new IllegalStateException("a record without its constructor: " + type, impossible);
      }
    }
  }

  /// `sentAt` becomes `sent_at`.
  public static String fieldName(String component) {
    var out = new StringBuilder();
    for (int i = 0; i < component.length(); i++) {
      char c = component.charAt(i);
      if (Character.isUpperCase(c)) {
        out.append('_').append(Character.toLowerCase(c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /// A record of an object.
  ///
  /// @throws JsonException when a field has another form than its component
  @SuppressWarnings("unchecked") // The form of a type makes objects of that type.
  public static <R extends Record> R read(Class<R> type, Map<String, @Nullable Object> object) {
    Form<R> form = (Form<R>) FORMS.get(type);
    @Nullable Object[] values = new @Nullable Object[form.components.size()];
    for (int i = 0; i < values.length; i++) {
      String name = form.names.get(i);
      values[i] = value(name, form.components.get(i).getGenericType(), object.get(name));
    }
    try {
      return form.maker.newInstance(values);
    } catch (InvocationTargetException refused) {
      throw new JsonException(
          "the object is no %s: %s".formatted(type.getSimpleName(), refused.getCause()));
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException("not a public record: " + type, impossible);
    }
  }

  /// The fields of a record that are not null, in their order.
  static Map<String, Object> fields(Record from) {
    Form<?> form = FORMS.get(from.getClass());
    Map<String, Object> out = new LinkedHashMap<>();
    for (int i = 0; i < form.components.size(); i++) {
      try {
        Object value = form.components.get(i).getAccessor().invoke(from);
        if (value != null) {
          out.put(form.names.get(i), value);
        }
      } catch (ReflectiveOperationException impossible) {
        throw new IllegalStateException("not a public record: " + from.getClass(), impossible);
      }
    }
    return out;
  }

  private static @Nullable Object value(String name, Type type, @Nullable Object json) {
    return switch (type) {
      case ParameterizedType list when list.getRawType() == List.class ->
          list(name, list.getActualTypeArguments()[0], json);
      case ParameterizedType map when map.getRawType() == Map.class ->
          map(name, map.getActualTypeArguments()[1], json);
      case Class<?> plain when json == null -> {
        if (plain.isPrimitive()) {
          throw wrong(name);
        }
        yield null;
      }
      case Class<?> plain -> plain(name, plain, json);
      default -> throw new IllegalStateException("no form for the component " + name);
    };
  }

  private static Object plain(String name, Class<?> type, Object json) {
    if (type == Object.class) {
      return json;
    }
    if (type.isRecord()) {
      return read(type.asSubclass(Record.class), JsonReader.object(json));
    }
    if (type == Instant.class && json instanceof String text) {
      try {
        return Instant.parse(text);
      } catch (DateTimeParseException notTime) {
        throw wrong(name);
      }
    }
    if ((type == int.class || type == Integer.class) && json instanceof Long number) {
      if (number.intValue() == number) {
        return number.intValue();
      }
      throw wrong(name);
    }
    boolean fits =
        switch (json) {
          case Long ignored -> type == long.class || type == Long.class;
          case Boolean ignored -> type == boolean.class || type == Boolean.class;
          case String ignored -> type == String.class;
          default -> false;
        };
    if (fits) {
      return json;
    }
    throw wrong(name);
  }

  private static List<@Nullable Object> list(String name, Type element, @Nullable Object json) {
    if (json == null) {
      return List.of();
    }
    if (!(json instanceof List<?> list)) {
      throw wrong(name);
    }
    List<@Nullable Object> out = new ArrayList<>();
    list.forEach(one -> out.add(value(name, element, one)));
    return Collections.unmodifiableList(out);
  }

  private static Map<String, @Nullable Object> map(
      String name, Type element, @Nullable Object json) {
    if (json == null) {
      return Map.of();
    }
    if (!(json instanceof Map<?, ?>)) {
      throw wrong(name);
    }
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    JsonReader.object(json).forEach((key, one) -> out.put(key, value(name, element, one)));
    return Collections.unmodifiableMap(out);
  }

  private static JsonException wrong(String name) {
    return new JsonException("the field `%s` is missing or of another form".formatted(name));
  }
}
