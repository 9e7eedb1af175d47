-- Why: two tables gave the right to change every column where only some ever change. What a replay
-- asks for, and which request an idempotency key stands for, stay as they were written.
-- Locks: access exclusive on two small tables for the moment of a catalogue change.

-- The engine moves a replay on; whose facts and which, the tenant said.
revoke update on replay from tenon_engine;
grant update (state, replayed, cursor_id, finished_at) on replay to tenon_engine;

-- Another run may take a key over and an answer may come; the request and its effect are for good.
revoke update on idempotency_key from tenon_tenant;
grant update (state, run, running_until, status, sealed) on idempotency_key to tenon_tenant;
