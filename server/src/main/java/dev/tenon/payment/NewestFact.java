package dev.tenon.payment;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Decides which of the facts about an object is the newest, whatever order they arrived in
/// (`docs/decisions/0011`).
///
/// A final one beats all others, since what has ended never lives again; then the later second
/// wins. Within one second, which is all that `event.created` tells, the facts themselves say how
/// each field ended: every change found a value and left one, so along a chain of changes *the
/// value that was left once more than it was found is the last one*. What the newest older fact
/// left (the anchor) counts as left, which tells a change and its reversal from the reversal and
/// the change. The newest fact is the one that shows the last values; where that is silent, the one
/// that is further in the object's life, and at last the one with the greater event id. The answer
/// is a function of the set of facts, so their order can't matter.
final class NewestFact {
  /// More events of one subscription in one second than Stripe allows changes in an hour.
  private static final int KEPT_MAX = 16;

  private static final Comparator<TimedFact<?>> BY_RANK =
      Comparator.<TimedFact<?>>comparingInt(TimedFact::rank).thenComparing(TimedFact::event);

  private NewestFact() {}

  /// Adds `fact` to the facts that decide: those of the newest second and, as their anchor, those
  /// of the newest second before it; the final ones of one second alone where there are any.
  /// Repeats and older ones leave them as they are. Of more than 16 in one second the greatest ids
  /// stay.
  static <F extends TimedFact<F>> List<F> add(List<F> kept, F fact) {
    if (kept.stream().anyMatch(other -> other.event().equals(fact.event()))) {
      return kept;
    }
    List<F> all = new ArrayList<>(kept);
    all.add(fact);
    if (all.stream().anyMatch(TimedFact::isFinal)) {
      all.removeIf(one -> !one.isFinal());
    }
    TreeSet<Long> seconds = new TreeSet<>();
    all.forEach(one -> seconds.add(one.second()));
    long newest = seconds.last();
    @Nullable Long older = all.getFirst().isFinal() ? null : seconds.lower(newest);
    List<F> stay = new ArrayList<>();
    if (older != null) {
      of(all, older).forEach(one -> stay.add(one.lean()));
    }
    stay.addAll(of(all, newest));
    return List.copyOf(stay);
  }

  /// Those of one second by their ids, at most 16.
  private static <F extends TimedFact<F>> List<F> of(List<F> all, long second) {
    List<F> found =
        all.stream()
            .filter(one -> one.second() == second)
            .sorted(Comparator.comparing(TimedFact::event))
            .toList();
    return found.subList(Math.max(0, found.size() - KEPT_MAX), found.size());
  }

  /// The newest of the facts that [#add] kept; there is at least one.
  static <F extends TimedFact<F>> F of(List<F> kept) {
    long newest = kept.getLast().second();
    List<F> older = kept.stream().filter(one -> one.second() != newest).toList();
    @Nullable F anchor = older.isEmpty() ? null : last(older, null);
    return last(of(kept, newest), anchor);
  }

  /// Whether it takes more than these facts to know the newest: several of the last second show
  /// different things and none more of the last values than the others.
  static <F extends TimedFact<F>> boolean isTie(List<F> kept) {
    long newest = kept.getLast().second();
    List<F> facts = of(kept, newest);
    if (facts.size() < 2 || facts.stream().anyMatch(TimedFact::fetched)) {
      return false;
    }
    List<F> changes = facts.stream().filter(fact -> !fact.first()).toList();
    if (changes.size() < 2) {
      return false;
    }
    List<F> older = kept.stream().filter(one -> one.second() != newest).toList();
    @Nullable F anchor = older.isEmpty() ? null : last(older, null);
    @Nullable F start = facts.stream().filter(TimedFact::first).max(BY_RANK).orElse(anchor);
    Map<String, String> ends = ends(changes, start);
    int most = changes.stream().mapToInt(fact -> shown(fact, ends)).max().orElse(0);
    return changes.stream()
            .filter(fact -> shown(fact, ends) == most)
            .map(TimedFact::after)
            .distinct()
            .count()
        > 1;
  }

  private static <F extends TimedFact<F>> F last(List<F> facts, @Nullable F anchor) {
    if (facts.size() == 1) {
      return facts.getFirst();
    }
    List<F> fetched = facts.stream().filter(TimedFact::fetched).toList();
    if (!fetched.isEmpty()) {
      return fetched.stream().max(BY_RANK).orElseThrow();
    }
    List<F> changes = facts.stream().filter(fact -> !fact.first()).toList();
    if (changes.isEmpty()) {
      return facts.stream().max(BY_RANK).orElseThrow();
    }
    @Nullable F start = facts.stream().filter(TimedFact::first).max(BY_RANK).orElse(anchor);
    Map<String, String> ends = ends(changes, start);
    return changes.stream()
        .max(Comparator.<F>comparingInt(fact -> shown(fact, ends)).thenComparing(BY_RANK))
        .orElseThrow();
  }

  /// How many of the last values a fact shows.
  private static int shown(TimedFact<?> fact, Map<String, String> ends) {
    return (int)
        ends.entrySet().stream()
            .filter(end -> fact.left(end.getKey()).equals(end.getValue()))
            .count();
  }

  /// The last value of each field that was changed, as far as the facts tell.
  private static <F extends TimedFact<F>> Map<String, String> ends(
      List<F> changes, @Nullable F start) {
    Set<String> fields = new HashSet<>();
    changes.forEach(change -> fields.addAll(change.before().keySet()));
    Map<String, String> ends = new HashMap<>();
    for (String field : fields) {
      Map<String, Integer> leftOver = new HashMap<>();
      Set<String> left = new HashSet<>();
      if (start != null) {
        leftOver.put(start.left(field), 1);
      }
      for (F change : changes) {
        String found = change.before().get(field);
        if (found != null) {
          left.add(change.left(field));
          leftOver.merge(change.left(field), 1, Integer::sum);
          leftOver.merge(found, -1, Integer::sum);
        }
      }
      left.removeIf(value -> leftOver.getOrDefault(value, 0) <= 0);
      if (left.size() == 1) {
        ends.put(field, left.iterator().next());
      }
    }
    return ends;
  }
}
