-- Why: what a provider never sent is found in its own list of events. A reconciliation is one walk
-- through that list for one connection; what it finds missing is put into the inbox and listed here.
-- Locks: access exclusive on received_event for the moment of two catalogue changes: the new column
-- has a constant default, so no row is written, and its check is not proven here, so none is read
-- (V202611250304 proves it). The other tables are new.

-- How a received event came: by webhook, or fetched by this server.
alter table received_event
  add column origin text not null default 'webhook',
  add constraint received_event_origin_check
    check (origin in ('webhook', 'reconciliation', 'fetch')) not valid;

create table reconciliation (
  tenant_id uuid not null,
  id uuid not null,
  connection_id uuid not null,
  state text not null check (state in ('running', 'done', 'failed')),
  cause text not null check (cause in ('schedule', 'downtime', 'request')),
  requested_by text not null,
  -- What is looked through: events that happened from `since` to `until`.
  since timestamptz not null,
  until timestamptz not null,
  -- From when on it should have looked, where the provider doesn't tell of so long ago.
  gap_since timestamptz,
  -- Where it stands: the group of kinds that is asked about, the last event of the last page there,
  -- and down to when the list was read in this group.
  part smallint not null default 0 check (part >= 0),
  cursor_event text not null default '' check (length(cursor_event) <= 255),
  cursor_at timestamptz not null,
  listed int not null default 0 check (listed >= 0),
  -- What holds it up, or why it failed, for people.
  trouble text not null default '' check (length(trouble) <= 1000),
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade,
  check ((state = 'running') = (finished_at is null))
);

-- One at a time for a connection, whichever node asks.
create unique index reconciliation_running on reconciliation (tenant_id, connection_id)
  where state = 'running';
create index reconciliation_of on reconciliation (tenant_id, connection_id, id);

-- What was missing. Written before the event goes into the inbox, so that a kill between the two
-- leaves no event that nobody lists.
create table reconciliation_event (
  tenant_id uuid not null,
  reconciliation_id uuid not null,
  -- The received event that it became.
  id uuid not null,
  event text not null check (length(event) <= 1000),
  kind text not null check (length(kind) <= 255),
  object text not null check (length(object) <= 255),
  occurred_at timestamptz not null,
  primary key (tenant_id, reconciliation_id, event),
  foreign key (tenant_id, reconciliation_id) references reconciliation (tenant_id, id)
    on delete cascade
);
create index reconciliation_event_id on reconciliation_event (tenant_id, reconciliation_id, id);

-- Up to when each connection's events are known to be here. The engine reads it to see whose turn
-- it is.
create table reconciled (
  tenant_id uuid not null,
  connection_id uuid not null,
  until timestamptz not null,
  finished_at timestamptz not null,
  -- How many the last one found missing.
  missing int not null check (missing >= 0),
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
);

select protect('reconciliation', false);
select protect('reconciliation_event', false);
select protect('reconciled', true);

grant select, insert, delete on reconciliation to tenon_tenant;
grant update (state, part, cursor_event, cursor_at, listed, trouble, finished_at)
  on reconciliation to tenon_tenant;
grant select, insert, delete, update (id) on reconciliation_event to tenon_tenant;
grant select, insert, update on reconciled to tenon_tenant;
grant select on reconciled to tenon_engine;
