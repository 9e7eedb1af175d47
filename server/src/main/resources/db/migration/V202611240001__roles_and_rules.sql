-- Why: three roles with three views of the data, and the two helpers that every later table uses.
-- Locks: none that anybody waits for; the schema is new.

do $$
declare
  wanted text;
begin
  -- Roles belong to the whole server, so another database of the same server may have made them.
  foreach wanted in array array['tenon_owner', 'tenon_tenant', 'tenon_engine'] loop
    if not exists (select from pg_roles where rolname = wanted) then
      execute format('create role %I nologin', wanted);
    end if;
    -- Granted even where the server says "member" already: from PostgreSQL 16 on the maker of a role
    -- is a member that may not become it.
    if not (select rolsuper from pg_roles where rolname = current_user) then
      execute format('grant %I to current_user', wanted);
    end if;
  end loop;
  -- A transaction that applies facts is the engine's and becomes a tenant for a while.
  if not pg_has_role('tenon_engine', 'tenon_tenant', 'member') then
    grant tenon_tenant to tenon_engine;
  end if;
end
$$;

grant usage, create on schema tenon to tenon_owner;
grant usage on schema tenon to tenon_tenant, tenon_engine;

-- The tenant of this transaction, or null, which equals nothing and so shows nothing.
create function current_tenant() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('tenon.tenant', true), '')::uuid;

-- Puts a table under row-level security: a tenant sees its own rows, the owner all (without a policy
-- of its own an owner under FORCE silently exports nothing), the engine all where `engine` says so.
create function protect(target regclass, engine boolean) returns void
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy tenant on %s to tenon_tenant using (tenant_id = (select tenon.current_tenant()))'
    || ' with check (tenant_id = (select tenon.current_tenant()))', target);
  execute format('create policy owner on %s to tenon_owner using (true) with check (true)', target);
  execute format('grant all on %s to tenon_owner', target);
  if engine then
    execute format('create policy engine on %s to tenon_engine using (true) with check (true)', target);
  end if;
end
$$;

-- The smallest UUIDv7 of a moment: the bound of a partition.
create function id_at(moment timestamptz) returns uuid
  language sql immutable parallel safe
  return (
    lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || '00000000000000000000'
  )::uuid;

-- Makes the weekly partitions of a table that cover `since` to `until`; what is there stays. The
-- engine may call it and has no other right to change the schema.
create function make_partitions(parent text, since timestamptz, until timestamptz) returns int
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
      made := made + 1;
    end if;
    week := week + interval '7 days';
  end loop;
  return made;
end
$$;

revoke execute on function make_partitions from public;
grant execute on function make_partitions to tenon_engine;
