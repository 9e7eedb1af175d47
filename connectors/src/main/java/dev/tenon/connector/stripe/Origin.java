package dev.tenon.connector.stripe;

import java.util.Map;

/// Who an object at Stripe belongs to: written into its metadata, and read back from every event
/// about it. On a platform connection that is how an event finds its tenant, so only the server
/// sets it.
///
/// @param tenantId our tenant's id
/// @param source what this installation calls itself, so that several can share one account
public record Origin(String tenantId, String source) {
  public Origin {
    if (tenantId.isBlank() || source.isBlank()) {
      throw new IllegalArgumentException("an origin names a tenant and a source");
    }
  }

  Map<String, String> metadata() {
    return Map.of("tenant_id", tenantId, "source", source);
  }
}
