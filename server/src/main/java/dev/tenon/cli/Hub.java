package dev.tenon.cli;

import dev.tenon.connector.Secret;
import java.net.URI;

/// A running server, and as whom to speak to it.
///
/// @param api its base address
/// @param tenant the tenant's id; empty when nobody named one
record Hub(URI api, Secret key, String tenant) {

  /// The path of something of the tenant.
  String path(String rest) {
    return "/v1/tenants/" + tenant + rest;
  }

  Hub as(String otherTenant) {
    return new Hub(api, key, otherTenant);
  }
}
