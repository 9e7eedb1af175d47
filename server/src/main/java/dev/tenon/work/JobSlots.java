package dev.tenon.work;

import dev.tenon.tenant.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The places in which a node's batches run, and who has them.
///
/// A tenant gets half of what others leave: alone half of all, the next one a quarter, and so on.
/// So one whose provider hangs never takes all, nor do two or three, and nobody is held to a fixed
/// share while places are free. Urgent jobs get more, but for an eighth that stays for others.
final class JobSlots {
  private final int places;
  private final Map<TenantId, Integer> taken = new HashMap<>();
  private int free;

  JobSlots(int places) {
    this.places = places;
    this.free = places;
  }

  /// How things stand.
  ///
  /// @param free how many places are free
  /// @param full tenants that have their share
  /// @param urgent the last priority for which these may take more; -1 for none
  record View(int free, List<UUID> full, int urgent) {}

  synchronized View view() {
    List<UUID> full =
        taken.entrySet().stream()
            .filter(entry -> 2 * (entry.getValue() + 1) > free + entry.getValue() + 1)
            .map(entry -> entry.getKey().uuid())
            .toList();
    return new View(free, full, free > places / 8 ? NewJob.URGENT : -1);
  }

  /// Takes a place for a batch of `tenant`. Call it only when one is free.
  synchronized void take(TenantId tenant) {
    if (free == 0) {
      throw new IllegalStateException("no place is free");
    }
    free--;
    int _ = taken.merge(tenant, 1, Integer::sum);
  }

  synchronized void give(TenantId tenant) {
    free++;
    taken.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
  }
}
