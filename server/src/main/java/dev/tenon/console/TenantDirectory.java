package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.tenant.TenantId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Finds tenants by id, name or slug.
final class TenantDirectory {
  private static final int TEXT_MAX = 200;

  private final Database database;
  private final TenantQueries tenants = new TenantQueries();

  TenantDirectory(Database database) {
    this.database = database;
  }

  Optional<NamedTenant> find(TenantId tenant) {
    return database.asEngine(tx -> tenants.find(tx, tenant));
  }

  /// Tenants whose id is `text`, or whose name or slug starts with it, then those that have it
  /// elsewhere in the name; with an empty text the first by name.
  ///
  /// @param limit how many at most
  List<NamedTenant> search(String text, int limit) {
    String wanted = text.strip();
    if (wanted.length() > TEXT_MAX) {
      return List.of();
    }
    Optional<TenantId> id = TenantId.parse(wanted);
    if (id.isPresent()) {
      return find(id.get()).stream().toList();
    }
    String lower = wanted.toLowerCase(Locale.ROOT);
    return database.asEngine(
        tx -> {
          Map<TenantId, NamedTenant> found = new LinkedHashMap<>();
          add(found, tenants.startingWith(tx, lower, limit));
          if (found.size() < limit && !lower.isEmpty()) {
            add(found, tenants.holding(tx, lower, limit));
          }
          return found.values().stream().limit(limit).toList();
        });
  }

  private static void add(Map<TenantId, NamedTenant> found, List<NamedTenant> more) {
    for (NamedTenant tenant : more) {
      found.putIfAbsent(tenant.id(), tenant);
    }
  }
}
