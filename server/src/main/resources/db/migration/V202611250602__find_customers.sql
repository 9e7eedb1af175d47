-- Why: the console finds customers by the beginning of their address or name.
-- Locks: blocks writes to customer while each builds, about a second for a million rows.

create index customer_email on customer (tenant_id, lower(email) text_pattern_ops)
  where email is not null;
create index customer_name on customer (tenant_id, lower(name) text_pattern_ops)
  where name is not null;
