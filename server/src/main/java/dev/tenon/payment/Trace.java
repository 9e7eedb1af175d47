package dev.tenon.payment;

import java.util.Map;
import tools.jackson.databind.JsonNode;

/// Fields of an object as texts, as they were (`data.previous_attributes`) or as they are: what
/// tells the order of two facts of one second.
///
/// A field that the payload doesn't have is absent, which says nothing; one that is null is "null",
/// which says that there was no value. What belongs to a part that wasn't there is [#GONE].
final class Trace {
  /// There was no such part of the object.
  static final String GONE = "gone";

  private static final int CHARS_MAX = 64;

  private Trace() {}

  static void put(Map<String, String> trace, String name, JsonNode value) {
    JsonNode scalar = value.isObject() ? value.path("id") : value;
    if (scalar.isValueNode() && !scalar.isMissingNode()) {
      String text = PlainText.of(scalar.asString(""), CHARS_MAX);
      trace.put(name, scalar.isNull() ? "null" : text == null ? "" : text);
    }
  }
}
