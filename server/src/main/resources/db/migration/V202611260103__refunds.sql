-- Why: a refund may fail after it was told, so what went back of a charge is no number that only grows:
-- single refunds are kept, each as its newest fact says, beside what the charge said last.
-- Locks: briefly, for the columns; rows of refunded charges are written once and stay locked until all
-- are. The other table is new.

create table refund (
  tenant_id uuid not null,
  connection_id uuid not null,
  environment text not null default 'development'
    check (environment in ('development', 'staging', 'production')),
  provider_id text not null,
  id uuid not null,
  charge_provider_id text,
  payment_intent text,
  amount bigint not null check (amount >= 0),
  currency text not null,
  -- Why it was made, and why it failed, in the provider's words; both are open.
  reason text,
  failure_reason text,
  provider_status text not null,
  state text not null
    check (state in ('pending', 'action_required', 'succeeded', 'failed', 'cancelled')),
  -- The application knows that it failed.
  failure_told boolean not null default false,
  newest text not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id),
  unique (tenant_id, id)
);
create index refund_charge on refund (tenant_id, connection_id, charge_provider_id);

select protect('refund', false);
grant select, insert, update on refund to tenon_tenant;

-- What the newest fact about the charge itself said, and when, in unix seconds. `amount_refunded` is
-- computed from this and the single refunds.
alter table charge_refund
  add column told_amount bigint not null default 0,
  add column told_second bigint not null default 0;
update charge_refund
  set told_amount = amount_refunded, told_second = extract(epoch from updated_at)::bigint;
