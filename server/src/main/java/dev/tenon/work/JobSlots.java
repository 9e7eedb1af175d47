package dev.tenon.work;

import dev.tenon.tenant.TenantId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// The places in which a node's jobs are done, one each, and who has them. Jobs are counted and not
/// the batches that they came in: where little waits these are small, and many of them are no more
/// work than a few large ones.
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

  /// Takes places for `jobs` of `tenant`. Call it only when so many are free.
  synchronized void take(TenantId tenant, int jobs) {
    if (free < jobs) {
      throw new IllegalStateException("%d places are wanted, %d are free".formatted(jobs, free));
    }
    free -= jobs;
    int _ = taken.merge(tenant, jobs, Integer::sum);
  }

  synchronized void give(TenantId tenant, int jobs) {
    free += jobs;
    taken.computeIfPresent(tenant, (_, count) -> count == jobs ? null : count - jobs);
  }
}
