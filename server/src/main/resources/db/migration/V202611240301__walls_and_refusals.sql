-- Why: three holes in the walls, and a place for why webhooks were refused.
--   Partitions get row-level security of their own: a query through the parent never needed it, but
--   whoever is once granted a partition directly would have seen every tenant.
--   The engine was a member of the tenants' role and so had all its rights. It never needed that: who
--   may become a role is asked of the login, not of the role that a session has now.
--   The helpers could be called by everybody.
-- Locks: each existing partition for milliseconds; nobody waits for the new table.

revoke tenon_tenant from tenon_engine;

-- As [protect] does for a table that is asked directly: closed, but for the owner, who backs it up.
-- Rows that come through the parent are judged by the parent's policies alone.
create function protect_partition(target regclass) returns void
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy owner on %s to tenon_owner using (true) with check (true)', target);
  execute format('grant all on %s to tenon_owner', target);
end
$$;

select protect_partition(c.oid)
from pg_inherits i
join pg_class c on c.oid = i.inhrelid and c.relkind = 'r'
where c.relnamespace = 'tenon'::regnamespace;

-- As before, and closes what it makes.
create or replace function make_partitions(parent text, since timestamptz, until timestamptz)
  returns int
  language plpgsql security definer set search_path = tenon, pg_temp as $$
declare
  week timestamptz := date_trunc('week', since at time zone 'UTC') at time zone 'UTC';
  name text;
  made int := 0;
begin
  if not exists (
    select from pg_partitioned_table p join pg_class c on c.oid = p.partrelid
    where c.relname = parent and c.relnamespace = 'tenon'::regnamespace
  ) then
    raise exception 'tenon.% is not a partitioned table', parent;
  end if;
  while week < until loop
    name := parent || '_' || to_char(week at time zone 'UTC', 'YYYYMMDD');
    if to_regclass('tenon.' || name) is null then
      execute format(
        'create table tenon.%I partition of tenon.%I for values from (%L) to (%L)',
        name, parent, tenon.id_at(week), tenon.id_at(week + interval '7 days'));
      perform tenon.protect_partition(format('tenon.%I', name)::regclass);
      made := made + 1;
    end if;
    week := week + interval '7 days';
  end loop;
  return made;
end
$$;

-- PostgreSQL lets everybody call a new function. Nobody but its owner may from here on; who needs
-- one is granted it by name. A later migration that makes a function does the same for it.
do $$
declare
  made regprocedure;
begin
  for made in
    select p.oid from pg_proc p
    where p.pronamespace = 'tenon'::regnamespace and p.proowner = current_user::regrole
  loop
    execute format('revoke execute on function %s from public', made);
  end loop;
end
$$;

grant execute on function current_tenant() to tenon_tenant;
grant execute on function id_at(timestamptz) to tenon_tenant, tenon_engine;

-- Why webhooks were refused: one row an hour, connection and reason, however many came. Written in
-- batches beside the intake, and kept for a week.
create table inbound_refusal (
  tenant_id uuid not null,
  connection_id uuid not null,
  hour timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
  reason text not null check (reason in (
    'disabled', 'unsupported', 'no_secret', 'signature_malformed', 'signature_mismatch', 'too_old',
    'too_new', 'body_malformed', 'too_large', 'busy')),
  -- What the sender was answered.
  status smallint not null check (status between 400 and 599),
  refusals bigint not null check (refusals > 0),
  -- What was wrong with the last one, in words; nothing of its headers or body.
  detail text not null check (length(detail) <= 200),
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (tenant_id, connection_id, hour, reason),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
) with (fillfactor = 80);

create index inbound_refusal_age on inbound_refusal (hour);

select protect('inbound_refusal', true);
grant select, insert, update, delete on inbound_refusal to tenon_engine;
grant select on inbound_refusal to tenon_tenant;
