package dev.tenon.console;

import dev.tenon.db.TenantTx;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.UUID;

/// Finds out what a tenant that has nothing yet can do first.
final class FirstSteps {
  private static final int WEBHOOKS_MAX = 3;

  private final PublicUrl publicUrl;

  FirstSteps(PublicUrl publicUrl) {
    this.publicUrl = publicUrl;
  }

  /// Connections with a webhook secret are those that a provider can send to.
  FirstStep of(TenantTx tx) {
    var webhooks =
        tx.handle()
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
            .bind("limit", WEBHOOKS_MAX)
            .map(
                (row, _) ->
                    new WebhookAddress(
                        row.getString("provider"),
                        row.getString("name"),
                        publicUrl.at(
                            "/in/"
                                + Ids.write(Prefix.CONNECTION, row.getObject("id", UUID.class)))))
            .list();
    return new FirstStep(webhooks, publicUrl.at("/v1/tenants/" + tx.tenant()));
  }
}
