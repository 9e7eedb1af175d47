package dev.tenon.reference;

import java.util.ArrayList;
import java.util.List;

/// A part of a text: what stands between backticks is code.
public record Words(String text, boolean isCode) {

  /// The parts of a text, in order.
  public static List<Words> of(String text) {
    List<Words> parts = new ArrayList<>();
    boolean code = false;
    for (String part : text.split("`", -1)) {
      if (!part.isEmpty()) {
        parts.add(new Words(part, code));
      }
      code = !code;
    }
    return parts;
  }
}
