package dev.tenon.cli;

import dev.tenon.connector.Secret;
import java.net.URI;

/// A running server, and as whom to speak to it.
///
/// @param api its base address
/// @param tenant the tenant's id; empty when nobody named one
/// @param found how it was found, for messages: `dev in .tenon`, `--api`
/// @param dev whether it is a `dev` on this machine
record Hub(URI api, Secret key, String tenant, String found, boolean dev) {

  /// The path of something of the tenant.
  String path(String rest) {
    return "/v1/tenants/" + tenant + rest;
  }

  Hub as(String otherTenant) {
    return new Hub(api, key, otherTenant, found, dev);
  }
}
