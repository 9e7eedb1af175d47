package dev.tenon.payment;

import dev.tenon.connector.stripe.CustomerSnapshot;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A customer while facts are folded into it: the newest fact is what the row shows.
final class CustomerRow {
  final UUID id;
  final String providerId;
  @Nullable String email;
  @Nullable String name;
  boolean deleted;
  @Nullable Instant asOf;
  String asOfRank = "";
  boolean changed;

  CustomerRow(UUID id, String providerId) {
    this.id = id;
    this.providerId = providerId;
  }

  /// Folds a fact in unless a newer one is known: deletion is final, then the later second wins,
  /// then a change beats the creation, then the greater event id.
  void add(CustomerSnapshot snapshot, String kind, String event, Instant created) {
    boolean deletes = kind.endsWith(".deleted");
    String rank = (kind.endsWith(".created") ? "0" : "1") + event;
    if (isNewer(deletes, created, rank)) {
      email = PlainText.name(snapshot.email());
      name = PlainText.name(snapshot.name());
      deleted = deletes;
      asOf = created;
      asOfRank = rank;
      changed = true;
    }
  }

  private boolean isNewer(boolean deletes, Instant created, String rank) {
    if (asOf == null) {
      return true;
    }
    if (deletes != deleted) {
      return deletes;
    }
    int age = created.compareTo(asOf);
    return age > 0 || (age == 0 && rank.compareTo(asOfRank) > 0);
  }
}
