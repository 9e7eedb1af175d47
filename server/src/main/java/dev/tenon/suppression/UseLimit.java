package dev.tenon.suppression;

import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// How often one link may be used within a minute on this node. Counted by the message that it came
/// with and not by who asks: the big mail providers send everybody's clicks from few addresses. A
/// forged link never comes here, since it costs no look into the database.
final class UseLimit {
  private static final int PER_MINUTE = 20;
  private static final int LINKS_MAX = 50_000;

  private final InstantSource clock;
  private final Map<UUID, Integer> uses = new HashMap<>();
  private long minute;

  UseLimit(InstantSource clock) {
    this.clock = clock;
  }

  /// Whether one more use is allowed. With more links in a minute than are remembered, new ones are
  /// not counted: nobody's decision is lost for that.
  synchronized boolean take(UUID message) {
    long now = clock.millis() / 60_000;
    if (now != minute) {
      minute = now;
      uses.clear();
    }
    if (uses.size() >= LINKS_MAX && !uses.containsKey(message)) {
      return true;
    }
    return uses.merge(message, 1, Integer::sum) <= PER_MINUTE;
  }
}
