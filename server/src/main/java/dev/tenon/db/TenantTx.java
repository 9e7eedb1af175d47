package dev.tenon.db;

import dev.tenon.tenant.TenantId;
import org.jdbi.v3.core.Handle;

/// An open transaction that sees one tenant's rows and no others: the database's row-level security
/// is set to [#tenant] until it ends. It is the first argument of every write, so a write can't
/// forget whose data it touches and can join others in one commit.
public record TenantTx(TenantId tenant, Handle handle) {

  /// Waits until no other transaction of this tenant holds `what`, and holds it until this one has
  /// ended: for what is replaced as a whole and has no row of its own to lock.
  public void hold(String what) {
    handle
        .createQuery("select 1 from pg_advisory_xact_lock(hashtextextended(:what || :tenant, 0))")
        .bind("what", what)
        .bind("tenant", tenant.uuid().toString())
        .mapTo(Integer.class)
        .one();
  }
}
