package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Email routes in the database.
final class EmailRouteStore {
  private EmailRouteStore() {}

  /// The tenant's routes, else the platform's: by stream, the first choice first.
  static List<EmailRouting.Step> inUse(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, stream, connection_id from email_route
            where tenant_id = (
              select tenant_id from email_route where tenant_id in (:tenant, :platform)
              order by (tenant_id = :tenant) desc limit 1)
            order by stream, priority, connection_id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("platform", TenantId.PLATFORM.uuid())
        .map(
            (row, _) ->
                new EmailRouting.Step(
                    new TenantId(row.getObject("tenant_id", UUID.class)),
                    row.getString("stream"),
                    row.getObject("connection_id", UUID.class)))
        .list();
  }

  /// Replaces the tenant's routes; with none, the platform's hold again.
  static void replace(TenantTx tx, Map<String, List<UUID>> byStream) {
    tx.handle()
        .createUpdate("delete from email_route where tenant_id = :tenant")
        .bind("tenant", tx.tenant().uuid())
        .execute();
    var insert =
        tx.handle()
            .prepareBatch(
                """
                insert into email_route (tenant_id, stream, connection_id, priority)
                values (:tenant, :stream, :connection, :priority)
                """);
    byStream.forEach(
        (stream, connections) -> {
          for (int i = 0; i < connections.size(); i++) {
            insert
                .bind("tenant", tx.tenant().uuid())
                .bind("stream", stream)
                .bind("connection", connections.get(i))
                .bind("priority", i)
                .add();
          }
        });
    if (insert.size() > 0) {
      int[] _ = insert.execute();
    }
  }
}
