package dev.tenon.access;

import java.util.Arrays;
import java.util.Optional;

/// What a key may do: an area, to read or to write. Writing does not include reading, so a key can
/// be made that only sends.
public enum Scope {
  ALL("*"),
  TENANTS_READ("tenants:read"),
  TENANTS_WRITE("tenants:write"),
  KEYS_READ("keys:read"),
  KEYS_WRITE("keys:write"),
  CONNECTIONS_READ("connections:read"),
  CONNECTIONS_WRITE("connections:write"),
  PAYMENTS_READ("payments:read"),
  PAYMENTS_WRITE("payments:write"),
  EMAIL_READ("email:read"),
  EMAIL_WRITE("email:write"),
  SCHEDULING_READ("scheduling:read"),
  SCHEDULING_WRITE("scheduling:write"),
  CRM_READ("crm:read"),
  CRM_WRITE("crm:write"),
  WEBHOOKS_READ("webhooks:read"),
  WEBHOOKS_WRITE("webhooks:write"),
  EMBEDS_WRITE("embeds:write"),
  OPERATION_READ("operation:read"),
  OPERATION_WRITE("operation:write");

  private final String text;

  Scope(String text) {
    this.text = text;
  }

  /// As it stands in the API.
  public String text() {
    return text;
  }

  /// Reads a scope as it stands in the API; empty when there is none of that name.
  public static Optional<Scope> parse(String text) {
    return Arrays.stream(values()).filter(scope -> scope.text.equals(text)).findFirst();
  }
}
