-- Why: how mail goes, by the hour: what was sent, what became of it, how long that took, and whether
-- another connection had to stand in.
-- Locks: none; the tables are new.

-- Added up by each node in memory and written every few seconds, so that a row costs no mail anything.
create table email_number (
  tenant_id uuid not null,
  -- When it happened, not when the mail was made.
  hour timestamptz not null check (hour = date_trunc('hour', hour, 'UTC')),
  stream text not null check (length(stream) <= 100),
  -- Empty for what no provider had.
  provider text not null check (length(provider) <= 60),
  sent bigint not null check (sent >= 0),
  delivered bigint not null check (delivered >= 0),
  bounced bigint not null check (bounced >= 0),
  complained bigint not null check (complained >= 0),
  failed bigint not null check (failed >= 0),
  suppressed bigint not null check (suppressed >= 0),
  uncertain bigint not null check (uncertain >= 0),
  -- Of `sent`, those that the first connection of the route did not take.
  by_fallback bigint not null check (by_fallback >= 0),
  -- From the making of a mail until its provider accepted it, and until it was delivered: all
  -- together, and the longest.
  accept_ms bigint not null check (accept_ms >= 0),
  accept_ms_max bigint not null check (accept_ms_max >= 0),
  deliver_ms bigint not null check (deliver_ms >= 0),
  deliver_ms_max bigint not null check (deliver_ms_max >= 0),
  primary key (tenant_id, hour, stream, provider)
) with (fillfactor = 70);

create index email_number_age on email_number (hour);

select protect('email_number', true);
grant select, insert, update, delete on email_number to tenon_engine;
grant select on email_number to tenon_tenant;

-- When it was last told that others stand in for a connection. The owner of the connection is told,
-- once an hour at most.
create table email_fallback (
  tenant_id uuid not null,
  connection_id uuid not null,
  stream text not null check (length(stream) <= 100),
  told_at timestamptz not null,
  primary key (tenant_id, connection_id, stream),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
);

select protect('email_fallback', true);
grant select, insert, update on email_fallback to tenon_engine;
