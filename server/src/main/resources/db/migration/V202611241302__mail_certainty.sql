-- Why: what is known about a mail has to survive and to be seen. When it is tried or asked about
-- next; whom an accepting provider will not deliver to; the very bytes that were given to a provider
-- which settles a lost answer by their repeat; mails that wait for a sender before they can be made;
-- and which email connections rest, in one table for all nodes.
-- Locks: access exclusive on message and attempt for a moment; the new columns are null, so no row is
-- rewritten.

-- Null when nothing follows by itself: the message is over, or under way right now.
alter table message add column next_at timestamptz;

-- Of an accepted attempt: recipients who get nothing all the same.
alter table attempt add column refused_recipients text[];
-- Deflated and sealed; only with the first sending through a connection whose provider replays its
-- answer to the same bytes.
alter table attempt add column request bytea;

grant update (next_at) on message to tenon_engine;
-- Whether an attempt may have sent something decides between failed and uncertain.
grant select (kind) on attempt to tenon_engine;
grant update (refused_recipients) on attempt to tenon_engine;

-- A mail without a sender is stored as its template and data, and made once there is one.
grant update (sealed) on message_content to tenon_tenant;

-- Email connections that rest, or that have rested and are not well again yet: the others have no
-- row. Written when that changes, at most about once a second for each, never for each mail.
create table email_breaker (
  tenant_id uuid not null,
  connection_id uuid not null,
  provider text not null,
  failures smallint not null check (failures between 0 and 5),
  -- It fails; its provider refuses it; its provider asked for a pause.
  why text not null check (why in ('failing', 'broken', 'limited')),
  -- What the provider said, for people.
  words text not null check (length(words) <= 700),
  since timestamptz not null,
  rest_until timestamptz not null,
  -- When an outcome last changed this row: the newer one wins.
  changed_at timestamptz not null,
  -- After the rest one try at a time is allowed; this is how long the present one may take.
  try_until timestamptz,
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
) with (fillfactor = 80);

select protect('email_breaker', true);
grant select, insert, update, delete on email_breaker to tenon_engine;
