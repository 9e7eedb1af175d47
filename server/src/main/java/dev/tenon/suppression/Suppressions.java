package dev.tenon.suppression;

import dev.tenon.db.TenantTx;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The suppression lists of all tenants. Whoever sends mail looks into the table within a statement
/// of his own (`MessageStore`), so that it costs no round trip.
public final class Suppressions {
  private final SuppressionStore store = new SuppressionStore();

  /// Adds what a provider reported. A report from before somebody removed the address changes
  /// nothing, so a late one, or one that is applied again, undoes no decision of a person.
  public void report(TenantTx tx, List<Suppression> entries) {
    if (!entries.isEmpty()) {
      int _ = store.add(tx, distinct(entries), true);
    }
  }

  /// Adds what a person asked for, and answers how many entries changed.
  public int add(TenantTx tx, List<Suppression> entries) {
    return entries.isEmpty() ? 0 : store.add(tx, distinct(entries), false);
  }

  private static List<Suppression> distinct(List<Suppression> entries) {
    Map<String, Suppression> distinct = new LinkedHashMap<>();
    entries.forEach(
        entry -> distinct.merge(entry.stream() + "\n" + entry.address(), entry, Suppression::or));
    return List.copyOf(distinct.values());
  }

  Optional<Suppression> find(TenantTx tx, UUID id) {
    return store.find(tx, id);
  }

  Optional<Suppression> find(TenantTx tx, String address, String stream) {
    return store.find(tx, address, stream);
  }

  /// The newest first.
  ///
  /// @param address a whole address, or null for any
  public List<Suppression> list(
      TenantTx tx,
      @Nullable String address,
      @Nullable String stream,
      @Nullable String reason,
      @Nullable UUID before,
      int limit) {
    return store.list(tx, new SuppressionStore.Filter(address, stream, reason), before, limit);
  }

  /// Takes an address off the list; why stays on record. False when the entry is not there.
  ///
  /// @param by the key that asked for it, or null for a person at the console
  public boolean remove(TenantTx tx, UUID id, String reason, @Nullable String by, Instant now) {
    return store.remove(tx, id, reason, by, now);
  }
}
