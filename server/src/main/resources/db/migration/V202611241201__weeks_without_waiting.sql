-- Why: making and thinning a week shut everybody out of the table for as long as it took. `create
-- table … partition of` needs the parent for itself, so behind one long reader (a dump) every insert
-- queued, without a bound; and what had to stay of an old week was copied, webhooks' bodies and all,
-- while nobody could take webhooks in. Also, two nodes that met a new week at once failed.
-- Locks: none; these are functions.

-- A table of its own that can become a week of `parent`: the same columns, checks and indexes, and
-- closed.
create function prepare_week(parent text, name text) returns void
  language plpgsql set search_path = tenon, pg_temp as $$
begin
  execute format('create table tenon.%I (like tenon.%I including all)', name, parent);
  perform tenon.protect_partition(format('tenon.%I', name)::regclass);
end
$$;

-- Makes it that week. Readers and writers of the parent go on meanwhile.
create function attach_week(parent text, name text, week timestamptz) returns void
  language plpgsql set search_path = tenon, pg_temp set timezone = 'UTC' as $$
begin
  execute format(
    'alter table tenon.%I attach partition tenon.%I for values from (%L) to (%L)',
    parent, name, tenon.id_at(week), tenon.id_at(week + interval '7 days'));
end
$$;

-- As before, but nobody waits for it: the table is made apart (and empty, so that attaching it has
-- nothing to check) and then attached. One node at a time; the others then find it made. What keeps
-- it waiting is other work on the schema, and after two seconds it gives up and is called again.
create or replace function make_partitions(parent text, since timestamptz, until timestamptz)
  returns int
  language plpgsql security definer
  set search_path = tenon, pg_temp set timezone = 'UTC' set lock_timeout = '2s' as $$
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
    if to_regclass('tenon.' || quote_ident(name)) is null then
      perform pg_advisory_xact_lock(hashtextextended('tenon.partitions', 0));
      -- Asked of the catalogue itself: what this session remembers of names is from before the wait.
      if not exists (
        select from pg_class c
        where c.relnamespace = 'tenon'::regnamespace and c.relname = name
      ) then
        perform tenon.prepare_week(parent, name);
        perform tenon.attach_week(parent, name, week);
        made := made + 1;
      end if;
    end if;
    week := week + interval '7 days';
  end loop;
  return made;
end
$$;

-- As before, but what must stay is copied first, and the parent is held only for the exchange. Who
-- writes into this very week (an old fact that ends, an attempt of an old message) waits meanwhile
-- on its own table, so that nothing is written behind the copy; intake never writes there.
create or replace function retire_partition(
  parent text, week timestamptz, stopped_before timestamptz, kept_max int
) returns text
  language plpgsql security definer
  set search_path = tenon, pg_temp
  -- A week is seven times 24 hours only where no clock is put back.
  set timezone = 'UTC'
  set lock_timeout = '200ms' as $$
declare
  name text := parent || '_' || to_char(week at time zone 'UTC', 'YYYYMMDD');
  thin text := name || '_thin';
  low uuid := id_at(week);
  high uuid := id_at(week + interval '7 days');
  key text;
  tenants uuid[];
  keys uuid[];
  more boolean;
begin
  select a.attname into key
  from pg_partitioned_table p
  join pg_class c on c.oid = p.partrelid
  join pg_attribute a on a.attrelid = p.partrelid and a.attnum = p.partattrs[0]
  where c.relname = parent and c.relnamespace = 'tenon'::regnamespace;
  if key is null then
    raise exception 'tenon.% is not a partitioned table', parent;
  end if;
  if week <> date_trunc('week', week at time zone 'UTC') at time zone 'UTC' then
    raise exception '% is not the beginning of a week', week;
  end if;
  if to_regclass('tenon.' || quote_ident(name)) is null then
    return 'absent';
  end if;
  begin
    perform pg_advisory_xact_lock(hashtextextended('tenon.replay', 0));
    execute format(
      'select array_agg(tenant_id), array_agg(id) from (select * from tenon.%I($1, $2, $3) limit $4) k',
      parent || '_kept')
      into tenants, keys using low, high, id_at(stopped_before), kept_max + 1;
    if cardinality(keys) > kept_max then
      return 'held';
    end if;
    if keys is null then
      execute format('alter table tenon.%I detach partition tenon.%I', parent, name);
      execute format('drop table tenon.%I', name);
      return 'dropped';
    end if;
    execute format(
      'select exists (select from tenon.%I o where not exists ('
      || 'select from unnest($1, $2) as k (tenant_id, id) where k.tenant_id = o.tenant_id and k.id = o.%I))',
      name, key)
      into more using tenants, keys;
    if not more then
      return 'kept';
    end if;
    perform tenon.prepare_week(parent, thin);
    -- Proves the bounds of the week, so that attaching it reads nothing.
    execute format(
      'alter table tenon.%I add constraint week check (%I >= %L and %I < %L)',
      thin, key, low, key, high);
    execute format('lock table tenon.%I in share mode', name);
    execute format(
      'insert into tenon.%I select o.* from tenon.%I o '
      || 'join unnest($1, $2) as k (tenant_id, id) on k.tenant_id = o.tenant_id and k.id = o.%I',
      thin, name, key)
      using tenants, keys;
    execute format('alter table tenon.%I detach partition tenon.%I', parent, name);
    execute format('drop table tenon.%I', name);
    execute format('alter table tenon.%I rename to %I', thin, name);
    perform tenon.attach_week(parent, name, week);
    execute format('alter table tenon.%I drop constraint week', name);
    return 'thinned';
  exception when lock_not_available or deadlock_detected then
    return 'busy';
  end;
end
$$;

revoke execute on function prepare_week, attach_week from public;
