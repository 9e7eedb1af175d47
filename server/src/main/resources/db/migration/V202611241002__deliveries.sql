-- Why: each event on its way to each endpoint that listens: queued in the statement that tells the
-- event, in history when it is over.
-- Locks: access exclusive on event for the moment in which the trigger is made.

create sequence delivery_seq;
create sequence delivery_token;

-- The queue, and nothing else. Where the endpoint is the platform's, tenant_id is the platform and
-- event_tenant_id says whose event it is.
create table waiting_delivery (
  tenant_id uuid not null,
  -- Begins with the time and counter of its event's id: the deliveries of an event are one range.
  id uuid not null,
  endpoint_id uuid not null,
  event_tenant_id uuid not null,
  event_id uuid not null,
  type text not null,
  about text not null,
  -- The order of telling, which clocks of several nodes don't give: who tells of an object holds its
  -- record's lock.
  seq bigint not null,
  ordered boolean not null,
  created_at timestamptz not null,
  attempts smallint not null default 0 check (attempts >= 0),
  -- Attempts that failed since it was told or replayed: the schedule counts these.
  failures smallint not null default 0 check (failures >= 0),
  -- How often a worker took it. More starts than attempts means a worker died while at it.
  starts smallint not null default 0,
  last_status int,
  last_error text,
  -- Set aside while its endpoint is disabled.
  held boolean not null default false,
  -- Who has it now; a worker that comes back late does not match.
  token bigint,
  -- Null: ready. Else asleep until its next try, until the one before it in its order is over, or
  -- until the end of a lease.
  wake_at timestamptz,
  primary key (tenant_id, id)
) with (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000
);

create index waiting_delivery_ready on waiting_delivery (tenant_id, endpoint_id, seq)
  where wake_at is null and not held;
create index waiting_delivery_asleep on waiting_delivery (wake_at) where wake_at is not null;
create index waiting_delivery_line on waiting_delivery (tenant_id, endpoint_id, about, seq)
  where ordered;
create index waiting_delivery_held on waiting_delivery (tenant_id, endpoint_id) where held;

-- What became of each. Append-only but for replay, which moves a row back into the queue.
create table delivery (
  tenant_id uuid not null,
  id uuid not null,
  endpoint_id uuid not null,
  event_tenant_id uuid not null,
  event_id uuid not null,
  type text not null,
  about text not null,
  ordered boolean not null,
  created_at timestamptz not null,
  state text not null check (state in ('delivered', 'failed', 'cancelled')),
  attempts smallint not null,
  starts smallint not null,
  last_status int,
  -- Why it failed or was cancelled; empty when it was delivered.
  reason text not null,
  finished_at timestamptz not null,
  primary key (tenant_id, id)
) partition by range (id);

create index delivery_endpoint on delivery (tenant_id, endpoint_id, id);
create index delivery_stopped on delivery (tenant_id, id) where state = 'failed';

-- One call. Written when it has ended; a call that nobody saw the end of leaves no row, and the
-- delivery is tried again.
create table delivery_attempt (
  tenant_id uuid not null,
  delivery_id uuid not null,
  number smallint not null,
  outcome text not null check (outcome in ('delivered', 'refused', 'unreachable', 'no_answer')),
  status int,
  -- The few that help to find the receiver's own log.
  headers jsonb not null,
  -- The first 1 KB.
  body text not null check (octet_length(body) <= 4096),
  -- What went wrong, in words; empty when nothing did.
  error text not null check (length(error) <= 500),
  url text not null,
  duration_ms int not null,
  started_at timestamptz not null,
  -- When it is tried again; null when this was the last.
  next_at timestamptz,
  primary key (tenant_id, delivery_id, number)
) partition by range (delivery_id);

-- Many deliveries made anew at one request, as durable work in small transactions.
create table delivery_replay (
  tenant_id uuid not null,
  id uuid not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
  -- Which: those that ended so, or events that never had a delivery to the endpoint.
  delivery_state text not null check (delivery_state in ('failed', 'cancelled', 'delivered', 'missing')),
  endpoint_id uuid,
  type text,
  since timestamptz not null,
  until timestamptz not null,
  deliveries_max int not null check (deliveries_max between 1 and 100000),
  matched int not null check (matched >= 0),
  replayed int not null default 0 check (replayed >= 0),
  cursor_id uuid not null default '00000000-0000-0000-0000-000000000000',
  requested_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  check ((state = 'running') = (finished_at is null))
);
create index delivery_replay_running on delivery_replay (tenant_id) where state = 'running';

select protect('waiting_delivery', true);
select protect('delivery', true);
select protect('delivery_attempt', true);
select protect('delivery_replay', true);

grant select, insert, update, delete on waiting_delivery, delivery to tenon_engine;
grant insert on delivery_attempt to tenon_engine;
grant select, update (state, replayed, cursor_id, finished_at) on delivery_replay to tenon_engine;
grant select on waiting_delivery, delivery, delivery_attempt to tenon_tenant;
grant select, insert, delete on delivery_replay to tenon_tenant;
grant usage on sequence delivery_seq, delivery_token to tenon_engine;

-- The id of a delivery: time and counter of the event's, then random bits.
create function delivery_id(event uuid) returns uuid
  language sql volatile
  return (left(event::text, 19) || right(gen_random_uuid()::text, 17))::uuid;

-- Queues what was told for every endpoint that listens: the tenant's own, and the platform's, which
-- hear of all tenants. With its owner's rights, since a tenant sees no endpoint of the platform and
-- may queue nothing for it. A trigger, so that whoever tells an event can't forget it.
create function hand_to_endpoints() returns trigger
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
    where case when t.only_endpoint_id is null
      then cardinality(e.event_types) = 0 or t.type = any(e.event_types)
      else e.id = t.only_endpoint_id end
    order by t.id
  ) l;
  return null;
end
$$;
-- Only what the program tells: retention, which writes events anew that must stay, is the owner's.
create trigger hand_to_endpoints after insert on event referencing new table as told
  for each statement when (current_user in ('tenon_tenant', 'tenon_engine'))
  execute function hand_to_endpoints();

-- The events of deliveries that the engine has taken, by the tokens that it took them with, and no
-- others: events are closed to it.
create function delivery_payloads(tenants uuid[], ids uuid[], tokens bigint[])
  returns table (tenant_id uuid, id uuid, created_at timestamptz, payload text)
  language sql stable security definer set search_path = tenon, pg_temp as $$
  select w.tenant_id, w.id, e.created_at, e.payload::text
  from unnest(tenants, ids, tokens) as c (tenant_id, id, token)
  join waiting_delivery w on w.tenant_id = c.tenant_id and w.id = c.id and w.token = c.token
  join event e on e.tenant_id = w.event_tenant_id and e.id = w.event_id
$$;

-- The least and the greatest id that a delivery of an event can have.
create function event_low(event uuid) returns uuid
  language sql immutable parallel safe
  return (left(event::text, 19) || '0000-000000000000')::uuid;
create function event_high(event uuid) returns uuid
  language sql immutable parallel safe
  return (left(event::text, 19) || 'ffff-ffffffffffff')::uuid;

-- Queues the events of a time that an endpoint listens to and never had a delivery of: those that were
-- told while it was disabled, or before it was made. Answers how many, and the last event looked at.
create function queue_missing(owner uuid, target uuid, only_type text, since timestamptz,
  until timestamptz, after uuid, at_most int, dry boolean)
  returns table (queued int, last_event uuid)
  language sql volatile security definer set search_path = tenon, pg_temp as $$
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

-- What waits needs its event, its week in the history and what was tried; so does what failed, for as
-- long as it may be put back.
create function delivery_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select w.tenant_id, w.id from waiting_delivery w where w.id >= low and w.id < high
  union
  select d.tenant_id, d.id from delivery d
  where d.id >= low and d.id < high and d.state = 'failed' and d.id >= stopped_from
$$;

create function delivery_attempt_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select k.tenant_id, k.id from delivery_kept(low, high, stopped_from) k
$$;

-- Deliveries of an event are in its own week, by their ids.
create or replace function event_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select w.event_tenant_id, w.event_id from waiting_delivery w where w.id >= low and w.id < high
  union
  select d.event_tenant_id, d.event_id from delivery d
  where d.id >= low and d.id < high and d.state = 'failed' and d.id >= stopped_from
$$;

create trigger shut_out_retention before delete on delivery
  for each statement execute function shut_out_retention();

revoke execute on function delivery_id, hand_to_endpoints, delivery_payloads, queue_missing,
  event_low, event_high, delivery_kept, delivery_attempt_kept from public;
grant execute on function delivery_payloads, queue_missing to tenon_engine;
grant execute on function event_low, event_high to tenon_tenant;

select make_partitions(parent, now() - interval '7 days', now() + interval '28 days')
from unnest(array['delivery', 'delivery_attempt']) as parent;
