-- Why: a webhook of a connected account comes to the platform's endpoint and names the account; the
-- connection that acts for it is found by that.
-- Locks: blocks writes to connection while it builds; only connections with the setting are in it.

create index connection_account on connection ((settings ->> 'account'))
  where settings ->> 'account' is not null;
