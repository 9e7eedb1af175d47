package dev.tenon.payment;

import dev.tenon.connection.Connection;
import dev.tenon.connection.Connections;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.TenantTx;
import java.net.URI;
import java.util.Optional;

/// A tenant's own connection to Stripe, ready for use. One client a connection: nothing static, so
/// no tenant's key can serve another.
public final class StripeConnections {
  private static final int LOOKED_AT_MAX = 10;

  private final Connections connections;
  private final ProviderHttp http;

  public StripeConnections(Connections connections, ProviderHttp http) {
    this.connections = connections;
    this.http = http;
  }

  /// The tenant's newest active connection; empty when it has none.
  Optional<StripeConnector> of(TenantTx tx) {
    return connections.list(tx, Optional.of("stripe"), Optional.empty(), LOOKED_AT_MAX).stream()
        .filter(connection -> connection.state() == Connection.State.ACTIVE)
        .findFirst()
        .flatMap(connection -> connections.credentials(tx, connection.id()))
        .flatMap(
            found ->
                found
                    .secret("secret_key")
                    .map(
                        key ->
                            new StripeConnector(
                                key,
                                found
                                    .setting("base_url")
                                    .map(URI::create)
                                    .orElse(StripeConnector.API),
                                http)));
  }
}
