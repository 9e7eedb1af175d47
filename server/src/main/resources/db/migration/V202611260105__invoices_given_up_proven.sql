-- Why: the check on the states of payments holds for the rows that were there before.
-- Locks: share update exclusive on payment while it is read once. Nobody who reads or writes rows waits.

alter table payment validate constraint payment_state_check;
