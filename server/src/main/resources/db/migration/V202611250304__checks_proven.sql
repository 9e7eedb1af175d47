-- Why: checks that came with new columns hold for the rows that were there before. They are proven in
-- a transaction of their own: in the one that adds them, the reading would happen under its lock.
-- Locks: share update exclusive on received_event and payment while each is read once. Nobody who
-- reads or writes rows waits.

alter table received_event validate constraint received_event_origin_check;
alter table payment validate constraint payment_state_check;
alter table payment validate constraint payment_action_tries_check;
