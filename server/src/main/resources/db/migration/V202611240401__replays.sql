-- Why: many facts applied anew at one request, as durable work in small transactions.
-- Locks: none; the table is new.

create table replay (
  tenant_id uuid not null,
  id uuid not null,
  state text not null check (state in ('running', 'done', 'cancelled')),
  -- Which facts: those that ended so, or are held back (asleep in the queue after a failure).
  fact_state text not null
    check (fact_state in ('dead', 'unassigned', 'held', 'ignored', 'applied')),
  connection_id uuid,
  -- A kind, or the beginning of one where it ends in '*'.
  kind text,
  -- When they were received: from `since` on and before `until`.
  since timestamptz not null,
  until timestamptz not null,
  facts_max int not null check (facts_max between 1 and 100000),
  -- How many fitted when it was asked for, counted no further than facts_max + 1.
  matched int not null check (matched >= 0),
  replayed int not null default 0 check (replayed >= 0),
  -- The fact (or for held ones the lane) up to which it is done: what is put back is not met again.
  cursor_id uuid not null default '00000000-0000-0000-0000-000000000000',
  requested_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  check ((state = 'running') = (finished_at is null))
);

create index replay_running on replay (tenant_id) where state = 'running';

select protect('replay', true);

grant select, update on replay to tenon_engine;
grant select, insert, delete on replay to tenon_tenant;
