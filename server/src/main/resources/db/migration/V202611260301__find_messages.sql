-- Why: a list of messages is narrowed by recipient and template; without these it would read all of a
-- tenant's messages for one address. Who is not the first recipient is looked for among the messages
-- that have several, which are few. The state has no index: it changes with every attempt, and the
-- updates would no longer stay within their page.
-- Locks: none that readers or writers wait for. It runs outside of a transaction, waits for those that
-- are under way, and can be repeated: what a build that was broken off left behind goes first.
drop index concurrently if exists message_recipient;
create index concurrently message_recipient on message (tenant_id, (recipients[1]), id);
drop index concurrently if exists message_recipients;
create index concurrently message_recipients on message (tenant_id, id)
  where cardinality(recipients) > 1;
drop index concurrently if exists message_template;
create index concurrently message_template on message (tenant_id, template, id)
  where template is not null;
