package dev.tenon.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The faults set for one simulator, at most [#COUNT_MAX] at a time.
public final class Faults {
  /// More faults than this are refused.
  public static final int COUNT_MAX = 20;

  private final List<Fault> active = new ArrayList<>();

  /// Replaces all faults.
  ///
  /// @throws IllegalArgumentException when there are more than [#COUNT_MAX]
  public synchronized void set(List<Fault> faults) {
    if (faults.size() > COUNT_MAX) {
      throw new IllegalArgumentException("at most " + COUNT_MAX + " faults at a time");
    }
    active.clear();
    active.addAll(faults);
  }

  /// Adds one fault to those that are set.
  public synchronized void add(Fault fault) {
    if (active.size() == COUNT_MAX) {
      throw new IllegalArgumentException("at most " + COUNT_MAX + " faults at a time");
    }
    active.add(fault);
  }

  /// Everything works again.
  public synchronized void clear() {
    active.clear();
  }

  /// What is set now; `count` is what is left.
  public synchronized List<Fault> list() {
    return List.copyOf(active);
  }

  /// The first fault of a kind that applies to a path, and one less of its count.
  public synchronized Optional<Fault> take(Fault.Kind kind, String path) {
    for (int i = 0; i < active.size(); i++) {
      Fault fault = active.get(i);
      if (fault.kind() == kind && path.startsWith(fault.path())) {
        if (fault.count() == 1) {
          active.remove(i);
        } else if (fault.count() > 1) {
          active.set(i, fault.times(fault.count() - 1));
        }
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }
}
