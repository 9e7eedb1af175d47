package dev.tenon.db;

import dev.tenon.tenant.TenantId;
import org.jdbi.v3.core.Handle;

/// An open transaction that sees one tenant's rows and no others: the database's row-level security
/// is set to [#tenant] until it ends. It is the first argument of every write, so a write can't
/// forget whose data it touches and can join others in one commit.
public record TenantTx(TenantId tenant, Handle handle) {}
