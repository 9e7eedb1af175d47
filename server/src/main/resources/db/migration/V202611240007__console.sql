-- Why: who is logged in to the console, and the one-time addresses by which they get there.
-- Locks: none; the tables are new.

-- An address that logs in once. Only the hash is kept, so a copy of the table opens nothing.
create table console_login (
  -- What the session may see: one tenant, or everything when it is the platform's.
  tenant_id uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  -- Who made it, in words for the audit.
  made_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null check (expires_at > created_at),
  used_at timestamptz,
  primary key (tenant_id, token_hash)
);

create unique index console_login_token on console_login (token_hash);
create index console_login_expired on console_login (expires_at);

create table console_session (
  tenant_id uuid not null,
  token_hash bytea not null check (length(token_hash) = 32),
  made_by text not null,
  created_at timestamptz not null,
  -- Moved at most once a minute, so that a page view is not a write.
  last_seen_at timestamptz not null,
  -- The end that use doesn't put off.
  ends_at timestamptz not null check (ends_at > created_at),
  primary key (tenant_id, token_hash)
);

create unique index console_session_token on console_session (token_hash);
create index console_session_ended on console_session (ends_at);

-- Directories: both are asked before any tenant is known, so they are the engine's alone.
select protect('console_login', true);
select protect('console_session', true);

grant select, insert, update, delete on console_login, console_session to tenon_engine;
