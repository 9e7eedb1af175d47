package dev.tenon.console;

import dev.tenon.db.Database;
import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Finds tenants by id, name or slug. An installation may have a hundred thousand of them, so
/// nothing here reads them all.
final class TenantDirectory {
  private static final int TEXT_MAX = 200;

  /// How many of the newest tenants are looked through for words inside a name, which no index
  /// finds.
  private static final int INSIDE_MAX = 20_000;

  private final Database database;

  TenantDirectory(Database database) {
    this.database = database;
  }

  Optional<NamedTenant> find(TenantId tenant) {
    return database.asEngine(
        tx ->
            tx.handle()
                .createQuery("select tenant_id, name from tenant where tenant_id = :tenant")
                .bind("tenant", tenant.uuid())
                .map(
                    (row, _) ->
                        new NamedTenant(
                            new TenantId(row.getObject("tenant_id", java.util.UUID.class)),
                            row.getString("name")))
                .findOne());
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
          add(found, startingWith(tx, lower, limit));
          if (found.size() < limit && !lower.isEmpty()) {
            add(found, holding(tx, lower, limit));
          }
          return found.values().stream().limit(limit).toList();
        });
  }

  private static void add(Map<TenantId, NamedTenant> found, List<NamedTenant> more) {
    for (NamedTenant tenant : more) {
      found.putIfAbsent(tenant.id(), tenant);
    }
  }

  /// The operators are those of `text_pattern_ops`, so that the index serves the prefix and the
  /// order in any collation.
  private static List<NamedTenant> startingWith(EngineTx tx, String text, int limit) {
    return named(
        tx,
        """
        (select tenant_id, name from tenant
          where lower(name) like :prefix order by lower(name) using ~<~, tenant_id limit :limit)
        union all
        (select tenant_id, name from tenant where :text <> '' and slug = :text)
        """,
        text,
        limit);
  }

  private static List<NamedTenant> holding(EngineTx tx, String text, int limit) {
    return named(
        tx,
        """
        select tenant_id, name from (
          select tenant_id, name, slug from tenant order by tenant_id desc limit %d
        ) newest
        where position(:text in lower(name)) > 0 or slug like :prefix
        order by lower(name) limit :limit
        """
            .formatted(INSIDE_MAX),
        text,
        limit);
  }

  private static List<NamedTenant> named(EngineTx tx, String sql, String text, int limit) {
    var query = tx.handle().createQuery(sql).bind("limit", limit);
    query.bind("text", text);
    query.bind("prefix", text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%");
    return query
        .map(
            (row, _) ->
                new NamedTenant(
                    new TenantId(row.getObject("tenant_id", java.util.UUID.class)),
                    row.getString("name")))
        .list();
  }
}
