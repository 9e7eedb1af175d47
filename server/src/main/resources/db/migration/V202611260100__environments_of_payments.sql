-- Why: a tenant may have connections for test and live mode, and what a test card bought must not
-- count as sold. Rows on the platform's connection can't look its environment up: a tenant doesn't
-- see that connection. It never changes for a connection, so each row keeps it. And on the platform's
-- account a customer may be the tenant itself, which is said when the customer is made.
-- Locks: access exclusive on each table for the moment of catalogue changes: defaults are constant, and
-- V202611260101 fills and proves, so that no row is read or written here.

alter table customer
  add column environment text not null default 'development',
  add constraint customer_environment_check
    check (environment in ('development', 'staging', 'production')) not valid,
  add column subscriber text not null default 'customer',
  add constraint customer_subscriber_check check (subscriber in ('customer', 'tenant')) not valid;
alter table subscription
  add column environment text not null default 'development',
  add constraint subscription_environment_check
    check (environment in ('development', 'staging', 'production')) not valid;
alter table payment
  add column environment text not null default 'development',
  add constraint payment_environment_check
    check (environment in ('development', 'staging', 'production')) not valid;
alter table charge_refund
  add column environment text not null default 'development',
  add constraint charge_refund_environment_check
    check (environment in ('development', 'staging', 'production')) not valid;
alter table dispute
  add column environment text not null default 'development',
  add constraint dispute_environment_check
    check (environment in ('development', 'staging', 'production')) not valid;

-- What entitlement has to know of the connections that a tenant sells through, its own and the
-- platform's, to which it is closed: whether test data counts for nothing unless it is asked for, and
-- which connections nobody hears of any more.
create function payment_world() returns table (live_only boolean, quiet uuid[])
  language plpgsql stable security definer rows 1 set search_path = tenon, pg_temp as $$
declare
  asking constant uuid := current_tenant();
  platform constant uuid := '00000000-0000-7000-8000-000000000000';
begin
  return query
  select
    -- Who sold for real once is not entitled by test cards again, whatever is switched off.
    coalesce(bool_or(c.tenant_id = asking and c.environment = 'production'), false)
      -- Who has no connection in use sells through the platform's.
      or not coalesce(bool_or(c.tenant_id = asking and c.state <> 'disabled'), false)
        and coalesce(bool_or(c.tenant_id = platform and c.environment = 'production'
          and c.settings ->> 'account' is null), false),
    coalesce(array_agg(c.id) filter (where c.state <> 'active'), '{}')
  from connection c
  where c.tenant_id in (asking, platform) and c.provider = 'stripe';
end
$$;
revoke execute on function payment_world from public;
grant execute on function payment_world to tenon_tenant;
