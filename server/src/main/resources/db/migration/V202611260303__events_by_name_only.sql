-- Why: opens and clicks are many, and an endpoint that hears all types has not asked for them. Events
-- that are told only to endpoints that name their type carry the endpoint of no id; that also keeps
-- them out of what is queued when an endpoint that missed something asks for it.
-- Locks: none beyond a catalogue change.
create or replace function hand_to_endpoints() returns trigger
  language plpgsql security definer set search_path = tenon, pg_temp as $$
begin
  insert into waiting_delivery (tenant_id, id, endpoint_id, event_tenant_id, event_id, type, about,
    seq, ordered, created_at)
  select l.tenant_id, delivery_id(l.event_id), l.endpoint_id, l.event_tenant_id, l.event_id, l.type,
    l.about, nextval('delivery_seq'), l.ordered, l.created_at
  from (
    select e.tenant_id, e.id as endpoint_id, e.ordered, t.tenant_id as event_tenant_id,
      t.id as event_id, t.type, t.about, t.created_at
    from told t cross join lateral (
      select o.* from endpoint o where o.tenant_id = t.tenant_id and o.state = 'enabled'
      union all
      select o.* from endpoint o
      where o.tenant_id = '00000000-0000-7000-8000-000000000000' and o.state = 'enabled'
        and t.tenant_id <> '00000000-0000-7000-8000-000000000000'
    ) e
    where case
      when t.only_endpoint_id is null
        then cardinality(e.event_types) = 0 or t.type = any(e.event_types)
      when t.only_endpoint_id = '00000000-0000-0000-0000-000000000000'
        then t.type = any(e.event_types)
      else e.id = t.only_endpoint_id end
    order by t.id
  ) l;
  return null;
end
$$;
