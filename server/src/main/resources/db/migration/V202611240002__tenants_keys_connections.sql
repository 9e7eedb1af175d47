-- Why: the directory. Who the tenants are, what opens their secrets, who may call, and which link
-- to a provider belongs to whom.
-- Locks: none; the tables are new.

create table tenant (
  tenant_id uuid primary key,
  name text not null check (length(name) between 1 and 200),
  -- A name for URLs and files, chosen by the operator; two tenants never share one.
  slug text unique check (slug ~ '^[a-z0-9](-?[a-z0-9]){0,62}$'),
  state text not null check (state in ('active', 'suspended')),
  created_at timestamptz not null
);

-- The platform is a tenant like any other, so that tenant_id is never null anywhere.
insert into tenant (tenant_id, name, slug, state, created_at)
values ('00000000-0000-7000-8000-000000000000', 'Platform', 'platform', 'active', '2026-11-24T00:00:00Z');

-- The tenant's data keyset, sealed by the key-encryption keyset, which is never in the database.
-- Deleting the row makes all that the tenant sealed unreadable, in every backup as well.
create table tenant_key (
  tenant_id uuid primary key references tenant,
  sealed bytea not null,
  -- Which key of the key-encryption keyset sealed it: what a rotation still has to do is one query.
  sealed_by bigint not null,
  created_at timestamptz not null
);

create table api_key (
  tenant_id uuid not null references tenant,
  id uuid not null,
  name text not null check (length(name) between 1 and 200),
  -- SHA-256 of the whole key. The key holds 256 random bits, so a slow hash would protect nothing.
  hash bytea not null check (octet_length(hash) = 32),
  -- What a person recognises the key by: its first and last characters.
  hint text not null check (length(hint) <= 40),
  scopes text[] not null check (cardinality(scopes) between 1 and 64),
  created_at timestamptz not null,
  expires_at timestamptz check (expires_at > created_at),
  -- To the minute or so; a write per request would cost more than the request.
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (tenant_id, id)
);

-- A caller shows only the key, so this look-up comes before any tenant is known.
create unique index api_key_hash on api_key (hash);

create table connection (
  tenant_id uuid not null references tenant,
  id uuid not null,
  provider text not null check (provider ~ '^[a-z][a-z0-9-]{0,39}$'),
  name text not null check (length(name) between 1 and 200),
  environment text not null check (environment in ('development', 'staging', 'production')),
  state text not null check (state in ('active', 'disabled', 'broken')),
  -- Why it is broken, for people; empty otherwise.
  state_reason text not null default '' check (length(state_reason) <= 500),
  settings jsonb not null check (jsonb_typeof(settings) = 'object' and length(settings::text) <= 16384),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, id)
);

-- The inbound URL names the connection alone; this finds the tenant, and keeps ids unique across
-- tenants, which the primary key does not.
create unique index connection_id on connection (id);

-- Credentials, one field a row. A field may have several ordinals at once: while a webhook secret
-- rolls, the old one and the new one both verify.
create table connection_secret (
  tenant_id uuid not null,
  connection_id uuid not null,
  field text not null check (field ~ '^[a-z][a-z0-9_]{0,39}$'),
  ordinal int not null check (ordinal > 0),
  sealed bytea not null check (octet_length(sealed) <= 65536),
  created_at timestamptz not null,
  -- From here on it is no longer used; null means until it is removed.
  expires_at timestamptz,
  primary key (tenant_id, connection_id, field, ordinal),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
);

select protect('tenant', true);
select protect('tenant_key', true);
select protect('api_key', true);
select protect('connection', true);
-- Not for the engine: whoever reads a credential does so as its tenant.
select protect('connection_secret', false);

-- The engine reads the directory and notes when a key was used; it makes the platform's own data key.
grant select on tenant, tenant_key, api_key, connection to tenon_engine;
grant insert on tenant_key to tenon_engine;
grant update (last_used_at) on api_key to tenon_engine;

grant select, insert, update on tenant, connection to tenon_tenant;
grant select, insert on tenant_key to tenon_tenant;
grant select, insert on api_key to tenon_tenant;
grant update (revoked_at) on api_key to tenon_tenant;
grant select, insert, update, delete on connection_secret to tenon_tenant;
