package dev.tenon.delivery;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/// Which calls of this node are under way. Each endpoint has some places and no more, so that one
/// that is slow holds only those. When half of the node's places are taken, an endpoint that has a
/// call under way gets no second: what is left is for those that have none.
final class InFlight {
  private final int endpointMax;
  private final int nodeMax;
  private final Runnable room;
  private final Map<UUID, Integer> byEndpoint = new HashMap<>();
  private int total;

  /// @param room called when an endpoint or the node has room again that was full before
  InFlight(int endpointMax, int nodeMax, Runnable room) {
    this.endpointMax = endpointMax;
    this.nodeMax = nodeMax;
    this.room = room;
  }

  /// How many calls to an endpoint may begin now. None while more than half of its places are
  /// taken: a claim for a single place costs as much as one for many.
  synchronized int room(UUID endpoint) {
    int own = byEndpoint.getOrDefault(endpoint, 0);
    int free = nodeMax - total;
    if (free <= 0) {
      return 0;
    }
    if (isCrowded()) {
      return own == 0 ? 1 : 0;
    }
    return own * 2 > endpointMax ? 0 : Math.min(free, endpointMax - own);
  }

  synchronized boolean isFull() {
    return total >= nodeMax;
  }

  private boolean isCrowded() {
    return total * 2 >= nodeMax;
  }

  synchronized void begin(UUID endpoint) {
    byEndpoint.merge(endpoint, 1, Integer::sum);
    total++;
  }

  void end(UUID endpoint) {
    boolean roomAgain;
    synchronized (this) {
      boolean wasCrowded = isCrowded();
      int before = byEndpoint.getOrDefault(endpoint, 1);
      if (before == 1) {
        byEndpoint.remove(endpoint);
      } else {
        byEndpoint.put(endpoint, before - 1);
      }
      total--;
      roomAgain =
          (before * 2 > endpointMax && (before - 1) * 2 <= endpointMax)
              || before == 1
              || (wasCrowded && !isCrowded());
    }
    if (roomAgain) {
      room.run();
    }
  }

  synchronized int total() {
    return total;
  }
}
