package dev.tenon.payment;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A single refund while facts are folded into it: the newest fact is what the row shows.
final class SingleRefundRow {
  final UUID id;
  final String providerId;
  List<SingleRefundFact> newest;
  boolean failureTold;
  boolean changed;

  SingleRefundRow(UUID id, String providerId, List<SingleRefundFact> newest) {
    this.id = id;
    this.providerId = providerId;
    this.newest = newest;
  }

  /// The fact that the row shows, null while none is known.
  @Nullable SingleRefundFact shown() {
    return newest.isEmpty() ? null : NewestFact.of(newest);
  }

  void add(SingleRefundFact fact) {
    newest = NewestFact.add(newest, fact);
    changed = true;
  }

  /// The money is with the tenant again, and nobody has told the application yet.
  boolean failureDue() {
    SingleRefundFact shown = shown();
    return shown != null && shown.isFinal() && !failureTold;
  }
}
