package dev.tenon.tenant;

import dev.tenon.db.EngineTx;
import dev.tenon.db.TenantTx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.statement.StatementContext;

/// Tenants in the database.
final class TenantStore {
  private TenantStore() {}

  static void insert(TenantTx tx, Tenant tenant) {
    tx.handle()
        .createUpdate(
            """
            insert into tenant (tenant_id, name, slug, state, created_at)
            values (:tenant, :name, :slug, :state, :createdAt)
            """)
        .bind("tenant", tenant.id().uuid())
        .bind("name", tenant.name())
        .bind("slug", tenant.slug())
        .bind("state", tenant.state().name().toLowerCase(Locale.ROOT))
        .bind("createdAt", tenant.createdAt())
        .execute();
  }

  static Optional<Tenant> find(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, name, slug, state, created_at from tenant where tenant_id = :tenant
            """)
        .bind("tenant", tx.tenant().uuid())
        .map(TenantStore::tenant)
        .findOne();
  }

  static boolean exists(EngineTx tx, TenantId tenant) {
    return tx.handle()
        .createQuery("select exists (select from tenant where tenant_id = :tenant)")
        .bind("tenant", tenant.uuid())
        .mapTo(Boolean.class)
        .one();
  }

  static List<Tenant> list(EngineTx tx, Optional<UUID> before, int limit) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, name, slug, state, created_at
            from tenant
            where cast(:before as uuid) is null or tenant_id < :before
            order by tenant_id desc
            limit :limit
            """)
        .bindByType("before", before.orElse(null), UUID.class)
        .bind("limit", limit)
        .map(TenantStore::tenant)
        .list();
  }

  private static Tenant tenant(ResultSet row, StatementContext context) throws SQLException {
    return new Tenant(
        new TenantId(row.getObject("tenant_id", UUID.class)),
        row.getString("name"),
        Optional.ofNullable(row.getString("slug")),
        Tenant.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        row.getObject("created_at", OffsetDateTime.class).toInstant());
  }
}
