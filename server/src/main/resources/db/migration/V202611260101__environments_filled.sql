-- Why: rows from before have the environment of their connection, and the checks are proven.
-- Locks: rows of staging and production connections are written once and stay locked until all are,
-- some seconds for a million; the index blocks writes to customer while it builds, which is short:
-- it is empty.

update customer r set environment = c.environment
from connection c where c.id = r.connection_id and c.environment <> r.environment;
update subscription r set environment = c.environment
from connection c where c.id = r.connection_id and c.environment <> r.environment;
update payment r set environment = c.environment
from connection c where c.id = r.connection_id and c.environment <> r.environment;
update charge_refund r set environment = c.environment
from connection c where c.id = r.connection_id and c.environment <> r.environment;
update dispute r set environment = c.environment
from connection c where c.id = r.connection_id and c.environment <> r.environment;

alter table customer validate constraint customer_environment_check;
alter table customer validate constraint customer_subscriber_check;
alter table subscription validate constraint subscription_environment_check;
alter table payment validate constraint payment_environment_check;
alter table charge_refund validate constraint charge_refund_environment_check;
alter table dispute validate constraint dispute_environment_check;

-- "May the tenant itself use plan X now?" begins here.
create index customer_itself on customer (tenant_id) where subscriber = 'tenant';
