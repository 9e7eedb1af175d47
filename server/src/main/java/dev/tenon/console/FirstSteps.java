package dev.tenon.console;

import dev.tenon.db.TenantTx;
import dev.tenon.http.PublicUrl;
import dev.tenon.id.Ids;
import dev.tenon.id.Prefix;
import java.util.List;

/// Finds out what a tenant that has nothing yet can do first.
final class FirstSteps {
  private static final int WEBHOOKS_MAX = 3;

  private final PublicUrl publicUrl;
  private final ConnectionQueries connections = new ConnectionQueries();

  FirstSteps(PublicUrl publicUrl) {
    this.publicUrl = publicUrl;
  }

  FirstStep of(TenantTx tx) {
    List<WebhookAddress> webhooks =
        connections.inbound(tx, WEBHOOKS_MAX).stream().map(this::address).toList();
    return new FirstStep(webhooks, publicUrl.at("/v1/tenants/" + tx.tenant()));
  }

  private WebhookAddress address(ConnectionQueries.Inbound connection) {
    return new WebhookAddress(
        connection.provider(),
        connection.name(),
        publicUrl.at("/in/" + Ids.write(Prefix.CONNECTION, connection.id())));
  }
}
