package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.util.UUID;

/// Has an event delivered anew.
@FunctionalInterface
public interface Redelivery {
  /// Puts a delivery back into the queue. Answers whether it could: one of another tenant is not
  /// there, and one whose call is under way is left alone.
  ///
  /// @param by who asked for it, in words for the audit
  boolean replay(TenantId tenant, UUID delivery, String by);
}
