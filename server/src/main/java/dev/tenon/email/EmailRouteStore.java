package dev.tenon.email;

import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// Email routes in the database.
final class EmailRouteStore {
  private EmailRouteStore() {}

  /// The tenant's routes and then the platform's: by stream, the first choice first.
  static List<EmailRouting.Step> inUse(TenantTx tx) {
    return tx.handle()
        .createQuery(
            """
            select tenant_id, stream, connection_id, priority, weight from email_route
            where tenant_id in (:tenant, :platform)
            order by (tenant_id = :tenant) desc, stream, priority, weight desc, connection_id
            """)
        .bind("tenant", tx.tenant().uuid())
        .bind("platform", TenantId.PLATFORM.uuid())
        .map(
            (row, _) ->
                new EmailRouting.Step(
                    new TenantId(row.getObject("tenant_id", UUID.class)),
                    row.getString("stream"),
                    row.getObject("connection_id", UUID.class),
                    row.getInt("priority"),
                    row.getInt("weight")))
        .list();
  }

  /// Replaces the tenant's routes; a stream that has none then goes the platform's way.
  static void replace(TenantTx tx, Map<String, List<EmailRouting.Place>> byStream) {
    tx.handle()
        .createUpdate("delete from email_route where tenant_id = :tenant")
        .bind("tenant", tx.tenant().uuid())
        .execute();
    var insert =
        tx.handle()
            .prepareBatch(
                """
                insert into email_route (tenant_id, stream, connection_id, priority, weight)
                values (:tenant, :stream, :connection, :priority, :weight)
                """);
    byStream.forEach(
        (stream, places) -> {
          for (EmailRouting.Place place : places) {
            insert
                .bind("tenant", tx.tenant().uuid())
                .bind("stream", stream)
                .bind("connection", place.connection())
                .bind("priority", place.priority())
                .bind("weight", place.weight())
                .add();
          }
        });
    if (insert.size() > 0) {
      int[] _ = insert.execute();
    }
  }
}
