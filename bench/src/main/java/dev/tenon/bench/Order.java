package dev.tenon.bench;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// What a receiver notes of deliveries: which came, how often, and whether those of one object came
/// in their order.
final class Order {
  private final Map<String, Integer> deliveries = new ConcurrentHashMap<>();
  private final Map<String, Long> newest = new ConcurrentHashMap<>();
  private final AtomicLong inversions = new AtomicLong();

  /// Notes a delivery. One that came before is a repeat and says nothing about order.
  ///
  /// @param object what is in order, or nothing where order isn't promised
  void note(String delivery, String object, long sequence) {
    if (deliveries.merge(delivery, 1, Integer::sum) > 1 || object.isEmpty()) {
      return;
    }
    newest.compute(
        object,
        (_, last) -> {
          if (last != null && sequence <= last) {
            inversions.incrementAndGet();
            return last;
          }
          return sequence;
        });
  }

  long received() {
    return deliveries.values().stream().mapToLong(Integer::longValue).sum();
  }

  long distinct() {
    return deliveries.size();
  }

  /// Deliveries that came after a later one of the same object.
  long inversions() {
    return inversions.get();
  }

  /// Forgets what came; not how far each object is.
  void reset() {
    deliveries.clear();
    inversions.set(0);
  }
}
