-- Why: a dispute on the platform's connection finds its tenant through the payment intent, which
-- payments from before disputes were kept taught nobody. And connections without a key can't be
-- reconciled: the engine has to know which these are, without reading credentials.
-- Locks: none on what is read. Into provider_object come as many rows as payments came over the
-- platform's connections; who teaches it one of the same objects meanwhile waits for the end.

insert into provider_object (connection_id, provider_id, tenant_id)
select l.connection_id, l.payment_intent, l.tenant_id
from payment_link l
join connection c on c.id = l.connection_id and c.tenant_id <> l.tenant_id
on conflict do nothing;

-- Whether a connection has a credential, for the engine, to which credentials are closed.
create function has_credential(tenant uuid, connection uuid, wanted text) returns boolean
  language sql stable security definer set search_path = tenon, pg_temp
  return exists (
    select from connection_secret s
    where s.tenant_id = tenant and s.connection_id = connection and s.field = wanted
  );
revoke execute on function has_credential from public;
grant execute on function has_credential to tenon_engine;
