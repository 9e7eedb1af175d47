package dev.tenon.console;

import dev.tenon.db.TenantTx;
import java.util.List;
import java.util.UUID;

/// What the console reads of connections.
final class ConnectionQueries {
  /// A connection that a provider can send webhooks to.
  record Inbound(UUID id, String provider, String name) {}

  /// The newest connections with a webhook secret: those that a provider can send to.
  List<Inbound> inbound(TenantTx tx, int limit) {
    return tx.handle()
        .createQuery(
            """
            select c.id, c.provider, c.name from connection c
            where c.tenant_id = :tenant and c.state <> 'disabled' and exists (
              select from connection_secret s
              where s.tenant_id = c.tenant_id and s.connection_id = c.id
                and starts_with(s.field, 'webhook_'))
            order by c.id desc limit :limit
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("limit", limit)
        .map(
            (row, _) ->
                new Inbound(
                    row.getObject("id", UUID.class),
                    row.getString("provider"),
                    row.getString("name")))
        .list();
  }
}
