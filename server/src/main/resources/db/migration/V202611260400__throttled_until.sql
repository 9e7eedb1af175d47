-- Why: what a receiver asks for (429, Retry-After) stood in the breaker's column, so that the end of
-- any other call that was under way at that moment wiped it.
-- Locks: access exclusive on endpoint_health for the moment of a catalogue change.

-- Set: the receiver asked for no calls until then. Ended only by a call that began later.
alter table endpoint_health add column throttled_until timestamptz;
