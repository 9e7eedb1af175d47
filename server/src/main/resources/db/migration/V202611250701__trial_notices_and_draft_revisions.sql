-- Why: a trial's end that was announced while nobody was known to be told is told once somebody is;
-- and revisions of drafts never come again, so that who has not seen a change can't undo it.
-- Locks: briefly, for the columns; the table of subscriptions for as long as the index takes.

-- The end of a trial that was announced and is not told yet, and when the newest announcement was.
alter table subscription add column trial_notice timestamptz;
alter table subscription add column trial_notice_as_of timestamptz;

-- Whom to tell when the customer's address becomes known after the announcement.
create index subscription_untold_trial
  on subscription (tenant_id, connection_id, customer_provider_id)
  where trial_notice is not null and contact_email is null;

-- Counts what happens to a template's drafts: each write, each discard, each publication.
alter table template add column draft_revision bigint not null default 0;
update template t set draft_revision = coalesce((
  select max(d.revision) from template_draft d
  where d.tenant_id = t.tenant_id and d.name = t.name), 0);
grant update (draft_revision) on template to tenon_tenant;
