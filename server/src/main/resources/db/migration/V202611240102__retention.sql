-- Why: what is done and old goes, a week at a time, and nothing that still needs somebody goes with
-- it.
-- Locks: fact_key_age is built anew, which holds up intake while it runs; on a table of a million
-- keys about a second. The rest is functions.

-- Keys are deleted by age in batches, so the oldest must be found without reading the table. A BRIN
-- index can't: deleted rows make room for new ones in old blocks, and each block range then spans
-- all ages (docs/decisions/0021).
drop index fact_key_age;
create index fact_key_age on fact_key (fact_id);

-- The moment of a UUIDv7.
create function id_time(id uuid) returns timestamptz
  language sql immutable parallel safe
  return timestamptz 'epoch'
    + ('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint
      * interval '1 millisecond';

-- A table takes part in retention by a function of this form, named after it: which of the rows
-- with an id from `low` to below `high` must stay, or may still come. `stopped_from` is the oldest id
-- of those that wait for a person (dead, unassigned, uncertain).

-- A webhook stays while one of its facts waits, or stopped and may be replayed. A fact is made right
-- after the received event that it came in, so its id is hardly larger; a day is generous.
create function received_event_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select w.tenant_id, w.received_event_id from waiting_fact w
  where w.received_event_id >= low and w.received_event_id < high
  union
  select f.tenant_id, f.received_event_id from fact f
  where f.id >= low and f.id < id_at(id_time(high) + interval '1 day')
    and f.received_event_id >= low and f.received_event_id < high
    and f.state in ('dead', 'unassigned') and f.id >= stopped_from
$$;

-- A fact that waits has no row here yet; its week must be there when it ends.
create function fact_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select w.tenant_id, w.id from waiting_fact w where w.id >= low and w.id < high
  union
  select f.tenant_id, f.id from fact f
  where f.id >= low and f.id < high
    and f.state in ('dead', 'unassigned') and f.id >= stopped_from
$$;

create function job_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select w.tenant_id, w.id from waiting_job w where w.id >= low and w.id < high
  union
  select j.tenant_id, j.id from job j
  where j.id >= low and j.id < high and j.state = 'dead' and j.id >= stopped_from
$$;

-- Messages themselves are deleted one by one (delete_messages); what belongs to one that is still
-- there stays.
create function message_content_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select m.tenant_id, m.id from tenant t join message m on m.tenant_id = t.tenant_id
  where m.id >= low and m.id < high
$$;

create function attempt_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select m.tenant_id, m.id from tenant t join message m on m.tenant_id = t.tenant_id
  where m.id >= low and m.id < high
$$;

create function event_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select null::uuid, null::uuid where false
$$;


-- Only a replay deletes from these tables. While one runs no week is taken away, and the other way
-- round.
create function shut_out_retention() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('tenon.replay', 0));
  return null;
end
$$;
create trigger shut_out_retention before delete on fact
  for each statement execute function shut_out_retention();
create trigger shut_out_retention before delete on job
  for each statement execute function shut_out_retention();

-- A fact whose webhook is gone can't be applied again: it stays as it ended.
create function stay_without_webhook() returns trigger language plpgsql as $$
begin
  if exists (
    select from tenon.received_event e
    where e.tenant_id = old.tenant_id and e.id = old.received_event_id
  ) then
    return old;
  end if;
  return null;
end
$$;
create trigger stay_without_webhook before delete on fact
  for each row execute function stay_without_webhook();

-- Takes one week of a partitioned table away and answers what came of it:
--   absent   there is no such week
--   dropped  it is gone whole
--   thinned  it is gone but for the rows that must stay
--   kept     only rows that must stay are in it
--   held     more rows than `kept_max` must stay, so all of it stays
--   busy     somebody uses the table for longer than the wait; nothing has changed, try later
-- `lock_timeout` bounds how long intake may queue behind us. Nothing is copied or read at length
-- under the exclusive lock: what must stay is found before. Rows can't begin to need the week in
-- between, since only a replay does that, and replays are shut out by the advisory lock.
create function retire_partition(
  parent text, week timestamptz, stopped_before timestamptz, kept_max int
) returns text
  language plpgsql security definer
  set search_path = tenon, pg_temp
  -- A week is seven times 24 hours only where no clock is put back.
  set timezone = 'UTC'
  set lock_timeout = '200ms' as $$
declare
  name text := parent || '_' || to_char(week at time zone 'UTC', 'YYYYMMDD');
  old text := name || '_old';
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
    if keys is not null then
      execute format(
        'select exists (select from tenon.%I o where not exists ('
        || 'select from unnest($1, $2) as k (tenant_id, id) where k.tenant_id = o.tenant_id and k.id = o.%I))',
        name, key)
        into more using tenants, keys;
      if not more then
        return 'kept';
      end if;
    end if;
    execute format('alter table tenon.%I detach partition tenon.%I', parent, name);
    if keys is not null then
      execute format('alter table tenon.%I rename to %I', name, old);
      perform tenon.make_partitions(parent, week, week + interval '7 days');
      execute format(
        'insert into tenon.%I select o.* from tenon.%I o '
        || 'join unnest($1, $2) as k (tenant_id, id) on k.tenant_id = o.tenant_id and k.id = o.%I',
        name, old, key)
        using tenants, keys;
      execute format('drop table tenon.%I', old);
      return 'thinned';
    end if;
    execute format('drop table tenon.%I', name);
    return 'dropped';
  exception when lock_not_available or deadlock_detected then
    return 'busy';
  end;
end
$$;

-- Deletes at most `at_most` messages that ended before `before`, and those that nobody can settle
-- (uncertain) from before `stopped_before`. What is on its way stays, whatever its age. Hops from
-- tenant to tenant, so that no index over all tenants is needed.
create function delete_messages(before timestamptz, stopped_before timestamptz, at_most int)
  returns int
  language sql security definer
  set search_path = tenon, pg_temp
  set lock_timeout = '1s' as $$
  with recursive tenants as (
    (select tenant_id from message order by tenant_id limit 1)
    union all
    select (select m.tenant_id from message m where m.tenant_id > t.tenant_id
            order by m.tenant_id limit 1)
    from tenants t where t.tenant_id is not null
  ), old as (
    select o.tenant_id, o.id from tenants t cross join lateral (
      select m.tenant_id, m.id from message m
      where m.tenant_id = t.tenant_id and m.id < id_at(before)
        and (m.state in ('sent', 'delivered', 'bounced', 'complained', 'failed', 'suppressed',
             'cancelled')
          or m.state = 'uncertain' and m.id < id_at(stopped_before))
      order by m.id limit at_most
      for update skip locked
    ) o
    limit at_most
  ), gone as (
    delete from message m using old where m.tenant_id = old.tenant_id and m.id = old.id
    returning 1
  )
  select count(*)::int from gone
$$;

revoke execute on function retire_partition, delete_messages from public;
revoke execute on function received_event_kept, fact_kept, job_kept, message_content_kept,
  attempt_kept, event_kept from public;
grant execute on function retire_partition, delete_messages to tenon_engine;
