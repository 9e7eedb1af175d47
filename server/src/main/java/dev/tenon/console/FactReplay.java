package dev.tenon.console;

import dev.tenon.tenant.TenantId;
import java.util.UUID;

/// Has a finished fact applied anew.
@FunctionalInterface
public interface FactReplay {
  /// Puts a fact back into the queue. Answers whether it was there to be replayed: a fact of
  /// another tenant is not, nor one that is waiting already.
  ///
  /// @param by who asked for it, in words for the audit
  boolean replay(TenantId tenant, UUID fact, String by);
}
