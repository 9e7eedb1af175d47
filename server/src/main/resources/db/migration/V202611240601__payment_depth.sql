-- Why: what the whole life of a subscription needs: what the application was told, refunds, which
-- prices a tenant may sell, which mails it wants, and the way back for facts that came before
-- anybody knew whose they are.
-- Locks: the tables altered are small or new; the index on fact is partial and nearly empty.

alter table subscription
  -- Grows with each event told about it, so that a receiver knows which of two is newer.
  add column revision bigint not null default 0,
  -- The application knows that it is, or was, in use.
  add column activated_told boolean not null default false,
  add column trial_end timestamptz,
  -- Which fact the contact is from; a greater one replaces it.
  add column contact_rank text not null default '';

-- The facts of the newest second, as for subscriptions; they replace the rank.
alter table customer
  drop column as_of_rank,
  add column newest text not null default '[]';

alter table payment
  -- The invoice's number as people know it, and why it was made.
  add column number text,
  add column billing_reason text;

-- "May this customer use plan X now?" is one look into this.
create index subscription_held on subscription (tenant_id, customer_provider_id, price)
  where state <> 'ended';

-- What went back to customers: one row a charge. The amount only grows.
create table charge_refund (
  tenant_id uuid not null,
  connection_id uuid not null,
  provider_id text not null,
  id uuid not null,
  -- At least one of the two, as the API version has it.
  invoice_provider_id text,
  payment_intent text,
  customer_provider_id text,
  amount_refunded bigint not null check (amount_refunded >= 0),
  currency text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant_id, connection_id, provider_id),
  unique (tenant_id, id)
);
create index charge_refund_invoice on charge_refund (tenant_id, connection_id, invoice_provider_id)
  where invoice_provider_id is not null;
create index charge_refund_intent on charge_refund (tenant_id, connection_id, payment_intent)
  where payment_intent is not null;

-- Which invoice a payment intent paid: the way from a refund to its payment. The provider tells it in
-- places that differ by API version.
create table payment_link (
  tenant_id uuid not null,
  connection_id uuid not null,
  payment_intent text not null,
  invoice_provider_id text not null,
  primary key (tenant_id, connection_id, payment_intent)
);
create index payment_link_invoice on payment_link (tenant_id, connection_id, invoice_provider_id);

-- The prices that a tenant may sell. Without rows it may sell every price of its own account, and
-- none of the platform's.
create table allowed_price (
  tenant_id uuid not null,
  price text not null check (length(price) between 1 and 255),
  created_at timestamptz not null,
  primary key (tenant_id, price)
);

-- Mails about payments that a tenant does not want.
create table payment_mail_off (
  tenant_id uuid not null,
  template text not null check (length(template) between 1 and 100),
  created_at timestamptz not null,
  primary key (tenant_id, template)
);

-- Facts of a lane that fitted no tenant yet: looked up when the lane's objects become known.
create index fact_unassigned on fact (tenant_id, lane_id) where state = 'unassigned';

select protect('charge_refund', false);
select protect('payment_link', false);
select protect('allowed_price', false);
select protect('payment_mail_off', false);

grant select, insert, update on charge_refund to tenon_tenant;
grant select, insert on payment_link to tenon_tenant;
grant select, insert, delete on allowed_price, payment_mail_off to tenon_tenant;
