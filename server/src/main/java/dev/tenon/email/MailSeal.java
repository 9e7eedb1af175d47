package dev.tenon.email;

import dev.tenon.tenant.TenantId;
import java.util.UUID;

/// Seals a stored mail for its tenant and message; it opens for no other.
public interface MailSeal {
  byte[] seal(TenantId tenant, UUID message, byte[] plain);

  byte[] open(TenantId tenant, UUID message, byte[] sealed);

  /// Seals the bytes that a provider is given of the message.
  default byte[] sealRequest(TenantId tenant, UUID message, byte[] plain) {
    return seal(tenant, message, plain);
  }

  default byte[] openRequest(TenantId tenant, UUID message, byte[] sealed) {
    return open(tenant, message, sealed);
  }
}
