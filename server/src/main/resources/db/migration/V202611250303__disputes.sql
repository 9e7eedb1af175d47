-- Why: charges that customers dispute at their bank, and payments that wait for their customer.
-- Locks: access exclusive on payment for the moment of catalogue changes: the new column has a
-- constant default, and no check is proven here (V202611250304 proves them), so that no row is read
-- or written. The other table is new.

-- One row a dispute: what the newest fact says, by the rule of subscriptions.
create table dispute (
  tenant_id uuid not null,
  connection_id uuid not null,
  provider_id text not null,
  id uuid not null,
  charge_provider_id text,
  payment_intent text,
  amount bigint not null,
  currency text not null,
  -- The bank's word for why, and Stripe's for how it stands; both are open.
  reason text,
  provider_status text not null,
  state text not null check (state in ('open', 'won', 'lost', 'closed')),
  respond_by timestamptz,
  -- True once they were: that the money was taken, and that it was given back.
  funds_withdrawn boolean not null,
  funds_reinstated boolean not null,
  newest text not null default '[]',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id),
  unique (tenant_id, id)
);
create index dispute_intent on dispute (tenant_id, connection_id, payment_intent)
  where payment_intent is not null;

select protect('dispute', false);
grant select, insert, update on dispute to tenon_tenant;

-- How often the bank wanted the customer to confirm.
alter table payment
  add column action_tries int not null default 0,
  add constraint payment_action_tries_check check (action_tries >= 0) not valid,
  drop constraint payment_state_check,
  add constraint payment_state_check
    check (state in ('action_required', 'failed', 'succeeded')) not valid;
