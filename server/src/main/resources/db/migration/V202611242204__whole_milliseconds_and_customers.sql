-- Why: an id holds the whole milliseconds of its time, and `id_at` rounded to the nearest one. So a
-- range that begins within a millisecond left out, about every second time, what was made in that
-- millisecond: the console missed the events that followed at once from what it showed. An id of a
-- time is now no later than any id that was made then. Weeks begin with whole seconds, so that
-- partitions keep their bounds.
--
-- And lists of one customer's payments and refunds read all of the tenant's before.
-- Locks: building the indexes holds up what writes to these tables, about a second for a million
-- rows.

create or replace function id_at(moment timestamptz) returns uuid
  language sql immutable parallel safe
  return (
    lpad(to_hex(floor(extract(epoch from moment) * 1000)::bigint), 12, '0')
      || '00000000000000000000'
  )::uuid;

create index payment_customer on payment (tenant_id, customer_provider_id, id);
create index charge_refund_customer on charge_refund (tenant_id, customer_provider_id, id);
