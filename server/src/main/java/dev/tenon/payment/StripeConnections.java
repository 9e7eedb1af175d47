package dev.tenon.payment;

import dev.tenon.connection.Connection;
import dev.tenon.connection.ConnectionId;
import dev.tenon.connection.Connections;
import dev.tenon.connector.http.ProviderHttp;
import dev.tenon.connector.stripe.StripeConnector;
import dev.tenon.db.Database;
import dev.tenon.db.TenantTx;
import dev.tenon.tenant.TenantId;
import java.net.URI;
import java.util.Optional;

/// The connection to Stripe that a tenant's calls go through, ready for use: its own, else the
/// platform's. One client a connection: nothing static, so no tenant's key can serve another.
public final class StripeConnections {
  private static final int LOOKED_AT_MAX = 10;

  private final Database database;
  private final Connections connections;
  private final ProviderHttp http;

  public StripeConnections(Database database, Connections connections, ProviderHttp http) {
    this.database = database;
    this.connections = connections;
    this.http = http;
  }

  /// An account at Stripe.
  ///
  /// @param shared it is the platform's and serves many tenants, so that an id named in a request
  ///   may be another tenant's
  record Account(ConnectionId connection, boolean shared, StripeConnector stripe) {}

  /// The newest active connection of the tenant, else of the platform; empty when there is none.
  Optional<Account> of(TenantId tenant) {
    Optional<Account> own = database.asTenant(tenant, this::newest);
    return own.isPresent() || tenant.equals(TenantId.PLATFORM)
        ? own
        : database.asTenant(TenantId.PLATFORM, this::newest);
  }

  private Optional<Account> newest(TenantTx tx) {
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
                            new Account(
                                found.connection().id(),
                                tx.tenant().equals(TenantId.PLATFORM),
                                new StripeConnector(
                                    key,
                                    found
                                        .setting("base_url")
                                        .map(URI::create)
                                        .orElse(StripeConnector.API),
                                    http))));
  }
}
