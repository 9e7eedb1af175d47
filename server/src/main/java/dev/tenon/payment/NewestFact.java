package dev.tenon.payment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Decides which of the facts about an object is the newest, whatever order they arrived in.
///
/// A final one beats all others, since what has ended never lives again; then the later second
/// wins. Within one second, which is all that `event.created` tells, the facts themselves say who
/// came first by what they call previous; where that is silent or runs in a circle, the one that is
/// further in the object's life wins, and at last the greater event id. The answer is a function of
/// the set of facts, so their order can't matter.
final class NewestFact {
  /// More events of one subscription in one second than Stripe allows changes in an hour.
  private static final int KEPT_MAX = 16;

  private static final Comparator<TimedFact> BY_AGE =
      Comparator.comparing(TimedFact::isFinal).thenComparingLong(TimedFact::second);
  private static final Comparator<TimedFact> BY_RANK =
      Comparator.comparingInt(TimedFact::rank).thenComparing(TimedFact::event);

  private NewestFact() {}

  /// Adds `fact` to the facts that are kept because none is newer; repeats and older ones leave
  /// them as they are.
  static <F extends TimedFact> List<F> add(List<F> kept, F fact) {
    if (kept.isEmpty()) {
      return List.of(fact);
    }
    int age = BY_AGE.compare(fact, kept.getFirst());
    if (age > 0) {
      return List.of(fact);
    }
    if (age < 0 || kept.stream().anyMatch(other -> other.event().equals(fact.event()))) {
      return kept;
    }
    List<F> all = new ArrayList<>(kept);
    all.add(fact);
    all.sort(Comparator.comparing(TimedFact::event));
    return all.size() > KEPT_MAX ? List.copyOf(all.subList(1, all.size())) : List.copyOf(all);
  }

  /// The newest of facts of one age; there is at least one.
  static <F extends TimedFact> F of(List<F> kept) {
    List<F> last =
        kept.stream()
            .filter(
                fact ->
                    kept.stream()
                        .noneMatch(
                            other ->
                                !other.event().equals(fact.event())
                                    && fact.precedes(other)
                                    && !other.precedes(fact)))
            .toList();
    return (last.isEmpty() ? kept : last).stream().max(BY_RANK).orElseThrow();
  }
}
