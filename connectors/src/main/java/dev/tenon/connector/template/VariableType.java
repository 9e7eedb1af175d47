package dev.tenon.connector.template;

import java.util.Locale;
import java.util.Optional;

/// What a variable of a template may hold.
public enum VariableType {
  /// Text, a number or a truth value, written as it is.
  TEXT,
  NUMBER,
  /// For sections: what is absent, empty or false hides them.
  TRUTH,
  /// Entries that a section repeats itself for.
  LIST,
  /// Fields by name: `{{customer.name}}`, or a section in which they can be named.
  MAP,
  /// A whole link with one of the schemes http, https, mailto and tel.
  URL,
  /// A colour like `#1e40af` on which white text can be read; the one kind that may stand in a
  /// style.
  COLOR;

  /// As it is written in `variables.txt` and in the API.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The type of this name.
  public static Optional<VariableType> find(String text) {
    for (VariableType type : values()) {
      if (type.text().equals(text)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  /// What a name says of itself, where no type is declared.
  static VariableType ofName(String name) {
    return name.endsWith("_color") ? COLOR : name.endsWith("_url") ? URL : TEXT;
  }
}
