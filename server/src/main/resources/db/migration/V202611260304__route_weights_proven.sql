-- Why: proves the check of V202611260302, apart from it.
-- Locks: share update exclusive on email_route, which nobody else waits for.

alter table email_route validate constraint email_route_weight;
