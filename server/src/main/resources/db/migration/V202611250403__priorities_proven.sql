-- Why: the check of priorities holds for the messages that were there before.
-- Locks: share update exclusive on message while it is read once. Nobody who reads or writes rows
-- waits.

alter table message validate constraint message_priority_check;
