package dev.tenon.db;

import dev.tenon.tenant.TenantId;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;

/// An open transaction of the engine: it sees the intake, queue and directory tables of all
/// tenants, and nothing else of theirs.
public record EngineTx(Handle handle) {

  /// Runs `work` in this same transaction as `tenant`, then becomes the engine again. When `work`
  /// throws, the transaction can only be rolled back.
  public <T> T asTenant(TenantId tenant, Function<TenantTx, T> work) {
    become("tenon_tenant", tenant.uuid().toString());
    T result = work.apply(new TenantTx(tenant, handle));
    become("tenon_engine", "");
    return result;
  }

  private void become(String role, String tenant) {
    handle
        .createQuery(
            "select set_config('role', :role, true) || set_config('tenon.tenant', :tenant, true)")
        .bind("role", role)
        .bind("tenant", tenant)
        .mapTo(String.class)
        .one();
  }
}
