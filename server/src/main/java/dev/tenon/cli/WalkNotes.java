package dev.tenon.cli;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/// What a [Walk] has seen so far: steps, each shown once, what is still to come, and what went
/// wrong.
final class WalkNotes {
  private final Steps steps;
  private final Set<String> shown = new HashSet<>();
  private final List<Seen> fresh = new ArrayList<>();
  private final List<String> troubles = new ArrayList<>();
  private final Set<String> missing = new LinkedHashSet<>();
  private final Set<String> lookAt = new LinkedHashSet<>();

  private record Seen(Instant at, String name, String text, Map<String, ?> fields) {}

  WalkNotes(Steps steps) {
    this.steps = steps;
  }

  /// Whether `what` is new: it is asked for once.
  boolean isNew(String what) {
    return shown.add(what);
  }

  /// A step that is to be shown.
  void see(Instant at, String name, String text, Map<String, ?> fields) {
    fresh.add(new Seen(at, name, text, fields));
  }

  /// Something that has to happen yet.
  void miss(String what) {
    missing.add(what);
  }

  /// Something that went wrong for good.
  void trouble(String what) {
    troubles.add(what);
  }

  /// Where a person should look when it does not go on.
  void pointTo(String place) {
    lookAt.add(place);
  }

  /// Begins a look: what is missing is found anew.
  void begin(String place) {
    missing.clear();
    lookAt.clear();
    lookAt.add(place);
  }

  /// Shows the steps that are new, in the order in which they happened.
  void show() {
    fresh.stream()
        .sorted(Comparator.comparing(Seen::at))
        .forEach(seen -> steps.at(seen.at(), seen.name(), seen.text(), seen.fields()));
    fresh.clear();
  }

  List<String> troubles() {
    return List.copyOf(troubles);
  }

  Set<String> missing() {
    return new LinkedHashSet<>(missing);
  }

  Set<String> lookAt() {
    return new LinkedHashSet<>(lookAt);
  }

  Instant now() {
    return steps.start().plus(steps.elapsed());
  }

  /// A time of an object, or now when it has none.
  Instant time(JsonNode object, String field) {
    return instant(object.path(field).asString("")).orElseGet(this::now);
  }

  static Optional<Instant> instant(String text) {
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
