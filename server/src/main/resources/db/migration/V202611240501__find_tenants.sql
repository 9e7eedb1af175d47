-- Why: the console finds tenants by the beginning of their name, among a hundred thousand.
-- Locks: blocks writes to tenant while it builds, well below a second for 100 000 tenants.

create index tenant_name on tenant (lower(name) text_pattern_ops, tenant_id);
