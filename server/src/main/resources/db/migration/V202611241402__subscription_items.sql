-- Why: a subscription may have several items, a plan and what was added to it: each entitles. The
-- plan's name comes from invoices where its price has no nickname. A receipt for a first invoice waits
-- to see whether a checkout belongs to it. Single payments have the id of their checkout session.
-- Locks: the columns are added without a rewrite; the update rewrites the rows of subscriptions, which
-- stand still meanwhile, and the index is made anew under a lock, some seconds for a million rows.

alter table subscription
  -- All items as the newest fact has them, in the provider's order: a JSON array.
  add column items text not null default '[]',
  -- The ids of their prices.
  add column prices text[] not null default '{}',
  -- What the newest invoice calls its prices: a JSON object, and which invoice that is.
  add column plan_names text not null default '{}',
  add column plan_names_rank text not null default '',
  -- The mail that waits.
  add column first_receipt text;

-- A product's id is no name.
update subscription set
  items = case when price is null then '[]' else
    json_build_array(json_strip_nulls(json_build_object('price', price,
      'quantity', coalesce(quantity, 1), 'unitAmount', unit_amount, 'currency', currency)))::text end,
  prices = case when price is null then '{}' else array[price] end,
  plan = case when plan like 'prod\_%' then null else plan end,
  newest = regexp_replace(newest, '"plan":"prod_[A-Za-z0-9]*"', '"plan":null', 'g');

-- "May this customer use plan X now?" is one look into this: a customer has few subscriptions.
drop index subscription_held;
create index subscription_held on subscription (tenant_id, customer_provider_id)
  where state <> 'ended';

-- Whom to write to when the customer's address becomes known after the end.
create index subscription_unwritten on subscription (tenant_id, connection_id, customer_provider_id)
  where state = 'ended' and was_active and not cancellation_made and contact_email is null;
