package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.UUID;

/// The SQL of the connections that a tenant's mail goes through.
final class EmailRouteStore {
  private EmailRouteStore() {}

  /// A connection, and whose it is: the platform's where the tenant has none of its own.
  record Route(TenantId owner, UUID connection) {}

  /// The default first, then the fallbacks.
  static List<Route> list(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, connection_id from email_route
            where tenant_id = (
              select tenant_id from email_route order by (tenant_id = :tenant) desc limit 1)
            order by priority, connection_id
            """)
        .bind("tenant", tx.tenant().uuid())
        .map(
            (row, _) ->
                new Route(new TenantId(row.getObject(1, UUID.class)), row.getObject(2, UUID.class)))
        .list();
  }
}
