-- Why: every mail's row is updated twice and every attempt's row once. Without room beside them the
-- new versions went to other pages, with new entries in every index: of 70,566 updates of messages
-- 29,338 stayed on their page, of 35,280 of attempts 1,572.
-- Locks: none that readers or writers wait for; what is there stays as it is.

alter table message set (fillfactor = 55);

do $$
declare
  week regclass;
begin
  for week in select inhrelid::regclass from pg_inherits where inhparent = 'attempt'::regclass loop
    execute format('alter table %s set (fillfactor = 50)', week);
  end loop;
end
$$;

-- As before, and with room where rows are updated: a parent of partitions can't say it for them.
create or replace function prepare_week(parent text, name text) returns void
  language plpgsql set search_path = tenon, pg_temp as $$
begin
  execute format('create table tenon.%I (like tenon.%I including all)', name, parent);
  if parent = 'attempt' then
    execute format('alter table tenon.%I set (fillfactor = 50)', name);
  end if;
  perform tenon.protect_partition(format('tenon.%I', name)::regclass);
end
$$;
