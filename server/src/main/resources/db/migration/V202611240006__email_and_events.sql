-- Why: messages with one row an attempt, and the events that tell the application what changed.
-- Locks: none; the tables are new.

create table message (
  tenant_id uuid not null,
  id uuid not null,
  state text not null check (state in (
    'queued', 'sending', 'sent', 'uncertain', 'delivered', 'bounced', 'complained', 'failed',
    'suppressed', 'cancelled')),
  recipient text not null,
  sender text not null,
  subject text not null,
  template text,
  stream text not null,
  -- What to do when nobody knows whether it was sent: never risk a second one, or never risk none.
  policy text not null check (policy in ('at_most_once', 'at_least_once')),
  -- The provider named in the request; it is used alone.
  named_connection_id uuid,
  -- Who really sent it.
  sent_by text,
  provider_message_id text,
  reason text,
  -- The fact or record that led to it, for the timeline.
  cause_id uuid,
  about text,
  -- Makes a mail that follows from a record once: `subscription-confirmation:sub_…`.
  once_key text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  sent_at timestamptz,
  primary key (tenant_id, id)
) with (fillfactor = 80);

create unique index message_once on message (tenant_id, once_key) where once_key is not null;
create index message_cause on message (tenant_id, cause_id) where cause_id is not null;

-- The mail itself: rendered, deflated, sealed. Apart from the row that changes.
create table message_content (
  tenant_id uuid not null,
  message_id uuid not null,
  sealed bytea not null,
  primary key (tenant_id, message_id)
) partition by range (message_id);

-- One try at one provider. The row is committed before the call, so a crash in the middle is seen.
create table attempt (
  tenant_id uuid not null,
  message_id uuid not null,
  number smallint not null,
  connection_id uuid not null,
  provider text not null,
  -- Given to the provider, or only asked about.
  kind text not null check (kind in ('sending', 'looking')),
  outcome text not null default 'started' check (outcome in (
    'started', 'accepted', 'refused_recipient', 'refused_request', 'connection_broken', 'passing',
    'unknown', 'found', 'missing', 'unanswered')),
  retry_after_ms bigint not null default 0,
  status int,
  code text,
  detail text,
  request_id text,
  provider_message_id text,
  -- What was decided then, in words.
  decision text,
  started_at timestamptz not null,
  ended_at timestamptz,
  primary key (tenant_id, message_id, number)
) partition by range (message_id);

-- Through which connections a tenant's mail goes, first the lowest priority. A tenant without rows
-- uses the platform's, which is why the engine may read them.
create table email_route (
  tenant_id uuid not null,
  connection_id uuid not null,
  priority smallint not null check (priority >= 0),
  primary key (tenant_id, connection_id)
);

-- The addresses that a tenant owns and sends from.
create table sender (
  tenant_id uuid not null,
  address text not null,
  name text not null,
  -- What built-in mails call the product.
  product text not null,
  is_default boolean not null,
  created_at timestamptz not null,
  primary key (tenant_id, address)
);
create unique index sender_default on sender (tenant_id) where is_default;

-- What Tenon tells the application. Written in the transaction that makes the change.
create table event (
  tenant_id uuid not null,
  id uuid not null,
  type text not null,
  -- The record it is about.
  about text not null,
  payload jsonb not null,
  cause_id uuid,
  created_at timestamptz not null,
  primary key (tenant_id, id)
) partition by range (id);

create index event_cause on event (tenant_id, cause_id) where cause_id is not null;

select protect('message', false);
select protect('message_content', false);
select protect('attempt', false);
select protect('event', false);
select protect('email_route', true);
select protect('sender', true);

grant select, insert, update, delete on email_route, sender to tenon_tenant;
grant select on email_route, sender to tenon_engine;

-- What the platform provides for all tenants, every tenant may read.
create policy shared on email_route for select to tenon_tenant
  using (tenant_id = '00000000-0000-7000-8000-000000000000');
create policy shared on sender for select to tenon_tenant
  using (tenant_id = '00000000-0000-7000-8000-000000000000');

grant select, insert, update on message, attempt to tenon_tenant;
grant select, insert on message_content, event to tenon_tenant;

select make_partitions(parent, now() - interval '7 days', now() + interval '28 days')
from unnest(array['message_content', 'attempt', 'event']) as parent;
