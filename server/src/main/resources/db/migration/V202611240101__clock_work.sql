-- Why: work that the clock starts (partitions made ahead, retention) runs once over all nodes. The
-- columns are those of the library db-scheduler, which reads and writes them by name.
-- Locks: none; the table is new.

-- Platform-level work: it belongs to no tenant but the platform, and a check says so. The tenant's
-- role has no right to it at all. A dozen rows, so no index beside the key.
create table clock_work (
  tenant_id uuid not null default '00000000-0000-7000-8000-000000000000' references tenant
    check (tenant_id = '00000000-0000-7000-8000-000000000000'),
  task_name text not null,
  task_instance text not null,
  task_data bytea,
  -- When it is due next, by the clock of the node that ran it last.
  execution_time timestamptz not null,
  picked boolean not null,
  -- The node that runs it now.
  picked_by text,
  last_success timestamptz,
  last_failure timestamptz,
  consecutive_failures int,
  last_heartbeat timestamptz,
  -- Raised with each change: two nodes that pick the same row don't both win.
  version bigint not null,
  priority smallint,
  primary key (tenant_id, task_name, task_instance)
);

select protect('clock_work', true);
grant select, insert, update, delete on clock_work to tenon_engine;
