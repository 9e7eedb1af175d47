-- Why: where outgoing events go. What an endpoint is stands apart from what it needs to be called
-- (sealed, closed to the engine) and from how it fares (written at every failure).
-- Locks: access exclusive on event for the moment of a catalogue change.

create table endpoint (
  tenant_id uuid not null references tenant,
  id uuid not null,
  url text not null check (length(url) between 1 and 2000),
  description text not null default '' check (length(description) <= 500),
  -- Empty: all types.
  event_types text[] not null check (cardinality(event_types) <= 100),
  -- Names of its own headers; their values may be credentials and are in endpoint_secret.
  header_names text[] not null check (cardinality(header_names) <= 20),
  -- Calls a second at most, over all nodes.
  rate int check (rate between 1 and 1000),
  -- One at a time for each object, in the order in which the events were told.
  ordered boolean not null,
  payload text not null check (payload in ('full', 'thin')),
  state text not null check (state in ('enabled', 'disabled')),
  disabled_reason text not null default '' check (length(disabled_reason) <= 500),
  disabled_at timestamptz,
  -- Raised with each change: a worker sees by it that what it remembers is no longer true.
  version int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  check ((state = 'disabled') = (disabled_at is not null))
);

-- What fan-out asks for every event: one probe where nobody listens.
create index endpoint_listening on endpoint (tenant_id) where state = 'enabled';

-- What it is called with: signing keys, of which several are valid while one rolls, and the values of
-- its headers.
create table endpoint_secret (
  tenant_id uuid not null,
  endpoint_id uuid not null,
  kind text not null check (kind in ('v1', 'v1a', 'headers')),
  ordinal int not null check (ordinal > 0),
  sealed bytea not null check (octet_length(sealed) <= 65536),
  -- Of v1a: what the receiver verifies with. Not secret.
  public_key text check (length(public_key) <= 100),
  created_at timestamptz not null,
  -- From here on nothing is signed with it; null means until it is replaced.
  expires_at timestamptz,
  primary key (tenant_id, endpoint_id, kind, ordinal),
  foreign key (tenant_id, endpoint_id) references endpoint (tenant_id, id) on delete cascade
);

-- How an endpoint fares: its pace and its breaker, in one table that all nodes share. A healthy
-- endpoint without a rate is never written here.
create table endpoint_health (
  tenant_id uuid not null,
  endpoint_id uuid not null,
  -- Failed calls since the last one that succeeded.
  failures int not null default 0 check (failures >= 0),
  failing_since timestamptz,
  -- Told that it fails.
  warned_at timestamptz,
  -- Set: the endpoint rests, and one single call may be made from here on.
  probe_at timestamptz,
  -- By its rate: the next call may be made from here on.
  next_at timestamptz,
  last_error text not null default '' check (length(last_error) <= 500),
  primary key (tenant_id, endpoint_id),
  foreign key (tenant_id, endpoint_id) references endpoint (tenant_id, id) on delete cascade
) with (fillfactor = 70);

-- An event that is for one endpoint alone: a test.
alter table event add column only_endpoint_id uuid;
create index event_about on event (tenant_id, about, id);

select protect('endpoint', true);
-- Not for the engine: whoever reads these does so as their tenant.
select protect('endpoint_secret', false);
select protect('endpoint_health', true);

grant select, insert, update, delete on endpoint, endpoint_secret to tenon_tenant;
grant select, insert, update on endpoint_health to tenon_tenant;
grant select, update (state, disabled_reason, disabled_at, version, updated_at) on endpoint
  to tenon_engine;
grant select, update on endpoint_health to tenon_engine;
