-- Why: a call to Stripe that is repeated with its idempotency key has to be the same to the byte, and
-- its metadata carries a reference. It is found again by the id of the effect that it was made for.
-- Locks: the column is added without a rewrite; the index is partial and empty.

alter table provider_object add column effect_id uuid;
create unique index provider_object_effect on provider_object (tenant_id, connection_id, effect_id)
  where effect_id is not null;
