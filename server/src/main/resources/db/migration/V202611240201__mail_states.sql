-- Why: the attempts and ends of mails of many tenants are written in one statement and one commit,
-- so the engine moves states of messages as it does those of jobs. It may write what moves and read
-- only what that needs: no recipient, no subject, no content, no event.
-- Locks: access exclusive on three tables for the moment of a catalogue change.

create policy engine on message to tenon_engine using (true) with check (true);
create policy engine on attempt to tenon_engine using (true) with check (true);
create policy engine_tells on event for insert to tenon_engine with check (true);

grant select (tenant_id, id, state, sent_at) on message to tenon_engine;
grant update (state, sent_by, provider_message_id, reason, updated_at, sent_at) on message
  to tenon_engine;
grant insert on attempt to tenon_engine;
grant select (tenant_id, message_id, number, outcome) on attempt to tenon_engine;
grant update (outcome, retry_after_ms, status, code, detail, request_id, provider_message_id,
  ended_at) on attempt to tenon_engine;
grant insert on event to tenon_engine;
