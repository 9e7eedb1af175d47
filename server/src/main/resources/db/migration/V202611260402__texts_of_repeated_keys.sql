-- Why: a request for an API key whose answer was lost is taken up under the same id, with another text.
-- Locks: none beyond a catalogue change.

grant update (hash, hint) on api_key to tenon_tenant;
