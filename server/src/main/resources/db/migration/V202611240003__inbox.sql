-- Why: the inbox. What a provider sends is a received event; what it says happened are facts.
-- Locks: none; the tables are new.

-- One webhook delivery as it came. Append-only; dropped by the week.
create table received_event (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  provider text not null,
  received_at timestamptz not null,
  -- Headers and raw body: packed, deflated, sealed with the tenant's key.
  sealed bytea not null,
  body_bytes int not null,
  -- Where its facts are: ids in the order of the body, with their lanes.
  fact_ids uuid[] not null,
  lane_ids uuid[] not null,
  primary key (tenant_id, id)
) partition by range (id);

-- What has been received before. Narrow, and kept longer than any provider repeats.
create table fact_key (
  tenant_id uuid not null,
  key uuid not null,
  -- The fact that came first. A repeat leaves it, which is how the writer tells new from repeated.
  fact_id uuid not null,
  seen int not null,
  last_seen_at timestamptz not null,
  primary key (tenant_id, key)
) with (fillfactor = 90);

-- Facts are deleted from here by age; ids carry their time and rows lie in the order of it.
create index fact_key_age on fact_key using brin (fact_id);

-- The queue: facts that have not been applied yet, and nothing else. `wake_at` null means ready.
create table waiting_fact (
  tenant_id uuid not null,
  lane_id uuid not null,
  id uuid not null,
  received_event_id uuid not null,
  connection_id uuid not null,
  ordinal smallint not null,
  kind text not null,
  object text not null,
  occurred_at timestamptz not null,
  failures smallint not null default 0 check (failures >= 0),
  last_error text,
  wake_at timestamptz,
  primary key (tenant_id, lane_id, id)
) with (
  fillfactor = 80,
  autovacuum_vacuum_scale_factor = 0.02,
  autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0.2
);

create index waiting_fact_ready on waiting_fact (tenant_id, id) where wake_at is null;
create index waiting_fact_asleep on waiting_fact (wake_at) where wake_at is not null;

-- What became of each fact. Append-only but for replay, which moves a row back into the queue.
create table fact (
  tenant_id uuid not null,
  id uuid not null,
  lane_id uuid not null,
  received_event_id uuid not null,
  connection_id uuid not null,
  ordinal smallint not null,
  kind text not null,
  object text not null,
  occurred_at timestamptz not null,
  state text not null check (state in ('applied', 'ignored', 'unassigned', 'dead')),
  -- One line for people: what changed, or why nothing did.
  result text not null,
  -- The tenant it turned out to be about: another one than tenant_id on a platform connection.
  about_tenant_id uuid,
  failures smallint not null,
  finished_at timestamptz not null,
  primary key (tenant_id, id)
) partition by range (id);

create index fact_stopped on fact (tenant_id, id) where state in ('dead', 'unassigned');

-- A lane that a worker holds. Readiness lives in waiting_fact, so a row here is only a lease: it is
-- made when the lane is claimed and removed when it is released, and intake never touches it.
-- Unlogged on purpose: after a crash of the database no session holds anything, and the empty table
-- says just that. The token comes from one sequence, so a worker that lost its lease never matches.
create unlogged table lane (
  tenant_id uuid not null,
  id uuid not null,
  token bigint not null,
  -- The node that holds it; null for a lane held back after a failure.
  node uuid,
  leased_until timestamptz not null,
  primary key (tenant_id, id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000);

create index lane_held on lane (leased_until) where node is null;
create sequence lane_token;

select protect('received_event', true);
select protect('fact_key', true);
select protect('waiting_fact', true);
select protect('fact', true);
select protect('lane', true);

grant select, insert, delete on received_event to tenon_engine;
grant select on received_event to tenon_tenant;
grant select, insert, update, delete on fact_key, waiting_fact, fact, lane to tenon_engine;
grant select on fact_key, waiting_fact, fact to tenon_tenant;
grant usage on sequence lane_token to tenon_engine;
