package dev.tenon.reference;

import java.util.List;

/// The operations about one thing.
///
/// @param name in a word, as tags of the document have it
public record Area(String name, List<Operation> operations) {
  public Area {
    operations = List.copyOf(operations);
  }

  public String title() {
    return Character.toUpperCase(name.charAt(0)) + name.substring(1);
  }
}
