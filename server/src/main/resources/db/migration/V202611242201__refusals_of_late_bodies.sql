-- Why: a webhook whose body did not arrive in time was answered 408 and stood nowhere.
-- Locks: access exclusive on a small table for the moment of a catalogue change and one look at its
-- rows, which are those of a week.

alter table inbound_refusal
  drop constraint inbound_refusal_reason_check,
  add constraint inbound_refusal_reason_check check (reason in (
    'disabled', 'unsupported', 'no_secret', 'signature_malformed', 'signature_mismatch', 'too_old',
    'too_new', 'body_malformed', 'too_large', 'too_slow', 'busy'));
