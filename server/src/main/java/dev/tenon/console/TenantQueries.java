package dev.tenon.console;

import dev.tenon.db.EngineTx;
import dev.tenon.tenant.TenantId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;

/// What the console reads of tenants. An installation may have a hundred thousand of them, so
/// nothing here reads them all.
final class TenantQueries {
  /// How many of the newest tenants are looked through for words inside a name, which no index
  /// finds.
  private static final int INSIDE_MAX = 20_000;

  Optional<NamedTenant> find(EngineTx tx, TenantId tenant) {
    return tx.handle()
        .createQuery("select tenant_id, name from tenant where tenant_id = :tenant")
        .bind("tenant", tenant.uuid())
        .map(TenantQueries::named)
        .findOne();
  }

  /// Those whose name starts with `text` in lower case, by name, and the one whose slug it is. The
  /// operators are those of `text_pattern_ops`, so that the index serves the prefix and the order
  /// in any collation.
  List<NamedTenant> startingWith(EngineTx tx, String text, int limit) {
    return search(
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

  /// Those among the newest that have `text` in lower case elsewhere in the name, or whose slug
  /// starts with it.
  List<NamedTenant> holding(EngineTx tx, String text, int limit) {
    return search(
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

  private static List<NamedTenant> search(EngineTx tx, String sql, String text, int limit) {
    Query query = tx.handle().createQuery(sql).bind("limit", limit);
    query.bind("text", text);
    query.bind("prefix", text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%");
    return query.map(TenantQueries::named).list();
  }

  private static NamedTenant named(ResultSet row, StatementContext context) throws SQLException {
    return new NamedTenant(
        new TenantId(row.getObject("tenant_id", UUID.class)), row.getString("name"));
  }
}
