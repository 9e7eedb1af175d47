package dev.tenon.payment;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A dispute while facts are folded into it: the newest fact is what the row shows.
final class DisputeRow {
  final UUID id;
  final String providerId;
  List<DisputeFact> newest;
  boolean fundsWithdrawn;
  boolean fundsReinstated;
  boolean changed;

  DisputeRow(UUID id, String providerId, List<DisputeFact> newest) {
    this.id = id;
    this.providerId = providerId;
    this.newest = newest;
  }

  /// The fact that the row shows, null while none is known.
  @Nullable DisputeFact shown() {
    return newest.isEmpty() ? null : NewestFact.of(newest);
  }

  void add(DisputeFact fact, String kind) {
    newest = NewestFact.add(newest, fact);
    fundsWithdrawn |= kind.endsWith(".funds_withdrawn");
    fundsReinstated |= kind.endsWith(".funds_reinstated");
    changed = true;
  }
}
