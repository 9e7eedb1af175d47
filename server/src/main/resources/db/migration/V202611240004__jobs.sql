-- Why: durable follow-up work, made in the transaction that decides it.
-- Locks: none; the tables are new.

create table waiting_job (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  version smallint not null,
  payload text not null,
  -- The fact that led to it, for the timeline.
  cause_id uuid,
  -- 0 is served first. A password reset does not wait behind a newsletter.
  priority smallint not null check (priority between 0 and 9),
  created_at timestamptz not null,
  failures smallint not null default 0 check (failures >= 0),
  -- How often a worker took it. More starts than failures means a worker died while at it.
  starts smallint not null default 0,
  last_error text,
  -- Who has it now; a worker that comes back late does not match.
  token bigint,
  -- Null: ready. Else asleep until its time, its retry, or the end of a lease nobody renewed.
  wake_at timestamptz,
  primary key (tenant_id, id)
) with (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000
);

create index waiting_job_ready on waiting_job (tenant_id, priority, id) where wake_at is null;
create index waiting_job_asleep on waiting_job (wake_at) where wake_at is not null;
create sequence job_token;

create table job (
  tenant_id uuid not null,
  id uuid not null,
  kind text not null,
  version smallint not null,
  payload text not null,
  cause_id uuid,
  priority smallint not null,
  created_at timestamptz not null,
  state text not null check (state in ('done', 'dead', 'cancelled')),
  result text not null,
  failures smallint not null,
  starts smallint not null,
  finished_at timestamptz not null,
  primary key (tenant_id, id)
) partition by range (id);

create index job_stopped on job (tenant_id, id) where state = 'dead';

select protect('waiting_job', true);
select protect('job', true);

grant select, insert, update, delete on waiting_job, job to tenon_engine;
grant select, insert, delete on waiting_job to tenon_tenant;
grant select on job to tenon_tenant;
grant usage on sequence job_token to tenon_engine;

-- The weeks around now; the retention service makes the following ones ahead of time.
select make_partitions(parent, now() - interval '7 days', now() + interval '28 days')
from unnest(array['received_event', 'fact', 'job']) as parent;
