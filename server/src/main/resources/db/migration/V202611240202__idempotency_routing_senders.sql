-- Why: requests that may be repeated without harm; mail routes by stream; who may send as a whole
-- domain; copies of a message's other recipients for the API.
-- Locks: access exclusive on email_route, sender and message for a moment (small tables; the new
-- columns have constant defaults, so no row is rewritten).

create table idempotency_key (
  tenant_id uuid not null references tenant,
  -- Whose API key asked: a tenant's own key and the platform's never share a key.
  owner_id uuid not null,
  key text not null check (length(key) between 1 and 255),
  request_hash bytea not null check (octet_length(request_hash) = 32),
  -- What the request makes is made under this id, and providers get it as their idempotency key, so
  -- that a resumed request meets what the first run did.
  effect_id uuid not null,
  state text not null check (state in ('running', 'answered')),
  -- Counts the runs; one that was taken over does not match.
  run int not null,
  running_until timestamptz not null,
  status int,
  sealed bytea,
  created_at timestamptz not null,
  primary key (tenant_id, owner_id, key),
  check ((state = 'answered') = (status is not null and sealed is not null))
);
create index idempotency_key_age on idempotency_key (created_at);

select protect('idempotency_key', true);
grant select, insert, update, delete on idempotency_key to tenon_tenant;
grant select (tenant_id, owner_id, key, created_at), delete on idempotency_key to tenon_engine;

-- The empty stream is the route of every stream that has none of its own.
alter table email_route add column stream text not null default ''
  check (stream = '' or stream ~ '^[a-z0-9][a-z0-9_-]{0,39}$');
alter table email_route drop constraint email_route_pkey;
alter table email_route add primary key (tenant_id, stream, connection_id);

-- The platform marked the whole domain as this tenant's: its own keys may add addresses of it.
alter table sender add column owns_domain boolean not null default false;
