-- Why: Tenon registers its own webhook endpoints at providers. What it makes there is written down
-- before the call, so that a crash between the call and its answer leaves nothing that nobody knows.
-- Locks: none; the table is new.

create table webhook_registration (
  tenant_id uuid not null,
  -- Sent along with the call: as its idempotency key, and in the metadata of what it makes.
  id uuid not null,
  connection_id uuid not null,
  state text not null check (state in ('creating', 'registered', 'retiring', 'retired', 'gone')),
  -- What was asked for: a repetition under the same key must be the same to the byte.
  asked text not null check (length(asked) <= 100),
  -- Nobody else begins while this is to come.
  busy_until timestamptz not null,
  -- The provider's id of it, and which of the connection's secrets signs what it sends.
  endpoint text not null default '' check (length(endpoint) <= 255),
  secret_ordinal int not null default 0 check (secret_ordinal >= 0),
  -- When it is removed at the provider, once another one has taken its place.
  retire_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade,
  check ((state in ('creating')) or endpoint <> '')
);

create unique index webhook_registration_creating on webhook_registration (tenant_id, connection_id)
  where state = 'creating';
create unique index webhook_registration_registered
  on webhook_registration (tenant_id, connection_id) where state = 'registered';

select protect('webhook_registration', false);
grant select, insert, update, delete on webhook_registration to tenon_tenant;
