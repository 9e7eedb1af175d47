-- Why: connections of one priority share a tenant's mail in proportion to their weights.
-- Locks: access exclusive on email_route for a moment; a constant default rewrites no row.
alter table email_route add column weight smallint not null default 1;
alter table email_route add constraint email_route_weight check (weight between 1 and 1000) not valid;
