-- Why: templates of a tenant's own, with drafts by language and versions that stay as they were
-- published, and the layout around all its mails.
-- Locks: none; the tables are new.

-- What stands around a tenant's mails, and the language of those that nobody chose one for.
create table mail_layout (
  tenant_id uuid not null,
  product text not null,
  logo_url text not null,
  brand_color text not null,
  support_email text not null,
  support_url text not null,
  postal_address text not null,
  language text not null,
  revision bigint not null check (revision > 0),
  updated_at timestamptz not null,
  primary key (tenant_id)
);

-- A template of the tenant's own, or one in place of a built-in. Without a published version it is
-- not used yet.
create table template (
  tenant_id uuid not null,
  name text not null check (name ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
  -- What callers give: a list of {name, required, fallback, type, about, sample}.
  variables jsonb not null,
  published int,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, name)
);

-- What is being written, one row a language. The revision is the ETag.
create table template_draft (
  tenant_id uuid not null,
  name text not null,
  language text not null check (language ~ '^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$'),
  subject text not null,
  preheader text not null,
  html text not null,
  text text not null,
  revision bigint not null check (revision > 0),
  updated_at timestamptz not null,
  primary key (tenant_id, name, language),
  foreign key (tenant_id, name) references template (tenant_id, name) on delete cascade
);

-- What was published: all languages with the variables of then. Never changed, and kept when the
-- template is deleted, so that a number is never used for two texts.
create table template_version (
  tenant_id uuid not null,
  name text not null,
  number int not null check (number > 0),
  content jsonb not null,
  note text not null,
  published_by text not null,
  published_at timestamptz not null,
  primary key (tenant_id, name, number)
);

select protect('mail_layout', false);
select protect('template', false);
select protect('template_draft', false);
select protect('template_version', false);

grant select, insert, update on mail_layout to tenon_tenant;
grant select, insert, delete on template to tenon_tenant;
grant update (variables, published, updated_at) on template to tenon_tenant;
grant select, insert, update, delete on template_draft to tenon_tenant;
-- The oldest beyond what is kept may go; none changes.
grant select, insert, delete on template_version to tenon_tenant;
