-- Why: where a new version or a new row goes decides what it costs.
--
-- Every mail's row is updated twice and every attempt's once. Without room beside them the new
-- versions went to other pages, with new entries in every index: of 70,566 updates of messages
-- 29,338 stayed on their page, of 35,280 of attempts 1,572.
--
-- The other weeks are only ever added to. A vacuum for the sake of inserts writes down the little
-- that is free at the end of every page, and from then on small rows are put there: one old page
-- read and written for each row, 100 instead of 10 us. Nothing in these tables needs that vacuum:
-- rows are not updated, and whole weeks are dropped. Whoever deletes from them (a replay) is counted
-- by the usual thresholds.
-- Locks: none that readers or writers wait for; what is there stays as it is.

alter table message set (fillfactor = 55);

create function settle_week(parent text, week regclass) returns void
  language plpgsql set search_path = tenon, pg_temp as $$
begin
  execute format(
    case parent
      when 'attempt' then 'alter table %s set (fillfactor = 50)'
      else 'alter table %s set (autovacuum_vacuum_insert_threshold = -1)'
    end,
    week);
end
$$;

do $$
begin
  perform tenon.settle_week(p.relname, i.inhrelid::regclass)
  from pg_inherits i
  join pg_class p on p.oid = i.inhparent
  where p.relkind = 'p' and p.relnamespace = 'tenon'::regnamespace
    and exists (select from pg_class c where c.oid = i.inhrelid and c.relkind = 'r');
end
$$;

-- As before, and settled: a parent of partitions can't say it for them.
create or replace function prepare_week(parent text, name text) returns void
  language plpgsql set search_path = tenon, pg_temp as $$
begin
  execute format('create table tenon.%I (like tenon.%I including all)', name, parent);
  perform tenon.settle_week(parent, format('tenon.%I', name)::regclass);
  perform tenon.protect_partition(format('tenon.%I', name)::regclass);
end
$$;

revoke execute on function settle_week from public;
