package dev.tenon.bench;

import java.util.List;

/// Reads what `/metrics` answers.
final class Figures {
  private Figures() {}

  /// The sum of a figure over the series that have all of `labels`, such as `area="heap"`; 0 where
  /// there is none.
  static double sum(String exposition, String name, String... labels) {
    return exposition
        .lines()
        .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
