package dev.tenon.connector.stripe;

import java.util.function.BiFunction;
import tools.jackson.databind.JsonNode;

/// What an update says about a field's former value. Null and absent differ: `cancel_at: null`
/// means that there was no date before.
public sealed interface Previous<T> {
  /// The update doesn't name the field: it did not change.
  record Unchanged<T>() implements Previous<T> {}

  /// It had no value before.
  record WasNone<T>() implements Previous<T> {}

  /// It had this value before.
  record Was<T>(T value) implements Previous<T> {}

  /// Reads one field of `previous_attributes`.
  static <T> Previous<T> of(
      JsonNode previous, String field, BiFunction<JsonNode, String, T> reader) {
    JsonNode value = previous.path(field);
    if (value.isMissingNode()) {
      return new Unchanged<>();
    }
    return value.isNull() ? new WasNone<>() : new Was<>(reader.apply(previous, field));
  }
}
