-- Why: two replays of what an endpoint missed, at once, each saw none of the other's rows and queued
-- every event twice. Now one waits for the other at the endpoint's row.
-- Locks: none beyond a catalogue change.

create or replace function queue_missing(owner uuid, target uuid, only_type text, since timestamptz,
  until timestamptz, after uuid, at_most int, dry boolean)
  returns table (queued int, last_event uuid)
  language sql volatile security definer set search_path = tenon, pg_temp as $$
  -- A statement of its own, so that what follows sees what the one before it committed.
  select from endpoint o where o.tenant_id = owner and o.id = target and not dry
  for no key update;
  with listening as (
    select o.* from endpoint o where o.tenant_id = owner and o.id = target
  ), found as (
    select e.tenant_id as event_tenant_id, e.id as event_id, e.type, e.about, e.created_at, l.ordered
    from listening l join event e
      on (e.tenant_id = l.tenant_id or l.tenant_id = '00000000-0000-7000-8000-000000000000')
    where e.id >= id_at(since) and e.id < id_at(until) and e.id > after
      and e.only_endpoint_id is null
      and (only_type is null or e.type = only_type)
      and (cardinality(l.event_types) = 0 or e.type = any(l.event_types))
      and not exists (
        select from waiting_delivery w where w.tenant_id = owner and w.endpoint_id = target
          and w.id between event_low(e.id) and event_high(e.id) and w.event_id = e.id)
      and not exists (
        select from delivery d where d.tenant_id = owner and d.endpoint_id = target
          and d.id between event_low(e.id) and event_high(e.id) and d.event_id = e.id)
    order by e.id limit at_most
  ), made as (
    insert into waiting_delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about,
      seq, ordered, created_at)
    select owner, delivery_id(f.event_id), target, f.event_tenant_id, f.event_id, f.type, f.about,
      nextval('delivery_seq'), f.ordered, f.created_at
    from found f where not dry order by f.event_id
    returning 1
  )
  select (select count(*)::int from found), (select event_id from found order by event_id desc limit 1)
  from (select count(*) from made) m
$$;
