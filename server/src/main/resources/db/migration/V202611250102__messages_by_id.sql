-- Why: a report on the platform's connection names a message and not whose it is.
-- Locks: none that readers or writers wait for. It runs outside of a transaction, waits for those that
-- are under way, and can be repeated: what a build that was broken off left behind goes first.
drop index concurrently if exists message_id;
create index concurrently message_id on message (id);
