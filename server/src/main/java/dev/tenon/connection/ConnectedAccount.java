package dev.tenon.connection;

import dev.tenon.tenant.TenantId;

/// The connection that acts for an account which is connected to the platform's own (Stripe
/// Connect): it names that in its setting `account`, which the platform alone gives.
public record ConnectedAccount(
    TenantId tenant, ConnectionId connection, Connection.Environment environment) {
  /// The setting's name.
  public static final String SETTING = "account";
}
