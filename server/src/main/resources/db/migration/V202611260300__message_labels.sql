-- Why: what an application attaches to a mail (tags, metadata) comes back with every event about it,
-- whichever provider sent it. What a message is shown with beside its first recipients stands here and
-- not in the sealed content only: opening megabytes of files to show their names would be the price.
-- The engine reads none of it.
-- Locks: access exclusive on message for a moment; columns without a default rewrite no row.
alter table message
  add column metadata jsonb,
  add column tags text[],
  -- Copies, reply-to, headers, and names and sizes of files; null where there are none.
  add column envelope jsonb;
