-- Why: an invoice may be given up: voided, or written off as uncollectible. Its payment waits for nobody
-- then.
-- Locks: access exclusive for the moment of catalogue changes; V202611260105 proves the check.

alter table payment
  add column voided boolean not null default false,
  add column uncollectible boolean not null default false,
  drop constraint payment_state_check,
  add constraint payment_state_check
    check (state in ('action_required', 'failed', 'succeeded', 'uncollectible', 'voided')) not valid;
