package dev.tenon.console;

import dev.tenon.tenant.TenantId;

/// A tenant with the name people know it by.
public record NamedTenant(TenantId id, String name) {}
