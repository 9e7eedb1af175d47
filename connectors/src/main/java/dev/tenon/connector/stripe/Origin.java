package dev.tenon.connector.stripe;

import java.util.LinkedHashMap;
import java.util.Map;

/// Who an object at Stripe belongs to: written into its metadata, and read back from every event
/// about it.
///
/// @param tenantId our tenant's id, for people who look at the account
/// @param source what this installation calls itself, so that several can share one account
/// @param reference on an account that serves many tenants, what the server recognises the object
///   by: unguessable, and stored with the tenant before it is sent. Empty on a tenant's own account
public record Origin(String tenantId, String source, String reference) {
  /// The metadata field that carries the reference.
  public static final String REFERENCE_FIELD = "tenon_ref";

  public Origin {
    if (tenantId.isBlank() || source.isBlank()) {
      throw new IllegalArgumentException("an origin names a tenant and a source");
    }
  }

  /// For a tenant's own account.
  public Origin(String tenantId, String source) {
    this(tenantId, source, "");
  }

  Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("tenant_id", tenantId);
    metadata.put("source", source);
    if (!reference.isEmpty()) {
      metadata.put(REFERENCE_FIELD, reference);
    }
    return metadata;
  }
}
