package dev.tenon.reference;

import java.util.List;

/// A field of a request or an answer.
///
/// @param type for people: `text`, `list of Item`, `one of a, b`
/// @param fields its own, when it is an object or a list of objects
public record Field(String name, String type, boolean required, String about, List<Field> fields) {
  public Field {
    fields = List.copyOf(fields);
  }
}
