-- Why: what Tenon knows of a tenant's payments. Rows are what the newest fact about an object says;
-- the rules that decide "newest" are in dev.tenon.payment and don't depend on the order of arrival.
-- Locks: none; the tables are new.

create table customer (
  tenant_id uuid not null,
  connection_id uuid not null,
  -- The provider's id, `cus_…` at Stripe.
  provider_id text not null,
  id uuid not null,
  email text,
  name text,
  deleted boolean not null default false,
  -- When the newest fact happened that this row knows; null while only others mentioned it.
  as_of timestamptz,
  -- Breaks the tie of two facts in one second.
  as_of_rank text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id),
  unique (tenant_id, id)
);

create table subscription (
  tenant_id uuid not null,
  connection_id uuid not null,
  provider_id text not null,
  id uuid not null,
  customer_provider_id text,
  -- Whom to write to: what the customer typed at the checkout.
  contact_email text,
  contact_name text,
  -- As the provider says it; its enum is open.
  provider_status text not null,
  -- What it means: may the customer use the plan?
  state text not null
    check (state in ('pending', 'trialing', 'active', 'past_due', 'paused', 'ended')),
  price text,
  plan text,
  quantity bigint,
  currency text,
  unit_amount bigint,
  period_start timestamptz,
  period_end timestamptz,
  cancel_at_period_end boolean not null default false,
  cancel_at timestamptz,
  cancelled_at timestamptz,
  ended_at timestamptz,
  -- Things that are true once they have been true, whatever arrives later.
  was_active boolean not null default false,
  checkout_completed boolean not null default false,
  confirmation_made boolean not null default false,
  cancellation_made boolean not null default false,
  -- The facts of the newest second, from which the row is computed anew when another of that second
  -- arrives: event.created has a resolution of one second.
  as_of timestamptz,
  newest text not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id),
  unique (tenant_id, id)
);

create index subscription_customer
  on subscription (tenant_id, connection_id, customer_provider_id);

create table checkout_session (
  tenant_id uuid not null,
  connection_id uuid not null,
  provider_id text not null,
  subscription_provider_id text,
  customer_provider_id text,
  email text,
  name text,
  completed_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id)
);

-- One row an invoice: invoice.paid and invoice.payment_succeeded are one payment.
create table payment (
  tenant_id uuid not null,
  connection_id uuid not null,
  provider_id text not null,
  id uuid not null,
  subscription_provider_id text,
  customer_provider_id text,
  -- A payment that has succeeded stays so: a failure that arrives late is an earlier try.
  state text not null check (state in ('failed', 'succeeded')),
  amount bigint not null,
  currency text not null,
  failed_tries int not null default 0,
  paid_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id),
  unique (tenant_id, id)
);

-- Which tenant an object on a platform connection belongs to, learned from metadata that this server
-- set. A directory: it is asked before any tenant is known.
create table provider_object (
  connection_id uuid not null,
  provider_id text not null,
  tenant_id uuid not null,
  primary key (tenant_id, connection_id, provider_id)
);
create unique index provider_object_owner on provider_object (connection_id, provider_id);

select protect('customer', false);
select protect('subscription', false);
select protect('checkout_session', false);
select protect('payment', false);
select protect('provider_object', true);

grant select, insert, update on customer, subscription, checkout_session, payment to tenon_tenant;
grant select, insert on provider_object to tenon_engine, tenon_tenant;
