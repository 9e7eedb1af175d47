package dev.tenon.cli;

import dev.tenon.event.EventType;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/// Which types of events a command takes: names, or beginnings with `*`; none for all.
record EventTypeFilter(List<String> patterns) implements Predicate<String> {
  EventTypeFilter {
    patterns = List.copyOf(patterns);
  }

  /// @throws CommandFailed when no type that this version knows fits one of them
  static EventTypeFilter of(List<String> patterns) {
    for (String pattern : patterns) {
      var one = new EventTypeFilter(List.of(pattern));
      if (Arrays.stream(EventType.values()).map(EventType::text).noneMatch(one)) {
        throw new CommandFailed(
            Failure.USAGE,
            "--type %s: there is no such event type. See: tenon events types".formatted(pattern));
      }
    }
    return new EventTypeFilter(patterns);
  }

  @Override
  public boolean test(String type) {
    return patterns.isEmpty() || patterns.stream().anyMatch(pattern -> fits(pattern, type));
  }

  private static boolean fits(String pattern, String type) {
    return pattern.endsWith("*")
        ? type.startsWith(pattern.substring(0, pattern.length() - 1))
        : type.equals(pattern);
  }
}
