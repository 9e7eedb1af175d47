package dev.tenon.payment;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A customer while facts are folded into it: the newest fact is what the row shows.
final class CustomerRow {
  final UUID id;
  final String providerId;
  List<CustomerFact> newest;
  boolean changed;

  CustomerRow(UUID id, String providerId, List<CustomerFact> newest) {
    this.id = id;
    this.providerId = providerId;
    this.newest = newest;
  }

  /// The fact that the row shows, null while none is known.
  @Nullable CustomerFact shown() {
    return newest.isEmpty() ? null : NewestFact.of(newest);
  }

  void add(CustomerFact fact) {
    newest = NewestFact.add(newest, fact);
    changed = true;
  }
}
