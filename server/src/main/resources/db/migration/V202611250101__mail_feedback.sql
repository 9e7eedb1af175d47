-- Why: what providers report about mails: the reports themselves, one row each, from which a message's
-- state follows; whom a tenant must not write to any more, and who took an address off that list.
-- Locks: access exclusive on message and attempt for the moment of a catalogue change; the new columns
-- are null, so no row is rewritten. The index that reports need is the next step's.

-- Whom the mail is to, all of them, in the form in which two spellings of an address are the same; and
-- who of them got none, since the list above forbids it. Null for what was stored before.
alter table message add column recipients text[];
alter table message add column left_out text[];

grant update (left_out) on message to tenon_engine;
-- An attempt that a webhook has shown to be accepted takes in the provider's own answer all the same.
grant select (status) on attempt to tenon_engine;

create table message_report (
  tenant_id uuid not null,
  message_id uuid not null,
  -- The fact that it came as.
  fact_id uuid not null,
  connection_id uuid not null,
  provider text not null,
  kind text not null check (kind in (
    'queued', 'sent', 'rejected', 'failed', 'bounced', 'deferred', 'delivered', 'autoresponded',
    'opened', 'clicked', 'complained', 'unsubscribed', 'subscribed', 'unknown')),
  reason text not null check (reason in (
    'none', 'invalid', 'bounced', 'timed_out', 'blocked', 'spam', 'unsubscribed', 'other')),
  -- Whether the address takes no mail from now on.
  lasting boolean not null,
  -- The provider's own word.
  name text not null check (length(name) <= 100),
  -- Empty where the provider doesn't say which of several it is about.
  recipient text not null check (length(recipient) <= 320),
  detail text not null check (length(detail) <= 500),
  occurred_at timestamptz not null,
  primary key (tenant_id, message_id, fact_id)
) partition by range (message_id);

select protect('message_report', false);
grant select, insert on message_report to tenon_tenant;

-- It lies in the week of its message, so it needs all weeks that messages have.
select make_partitions(
  'message_report',
  coalesce(
    (select to_date(min(right(part.relname, 8)), 'YYYYMMDD')::timestamp at time zone 'UTC'
     from pg_inherits i
     join pg_class part on part.oid = i.inhrelid
     where i.inhparent = 'attempt'::regclass and part.relname ~ '_[0-9]{8}$'),
    now() - interval '7 days'),
  now() + interval '28 days');

-- See retire_partition: reports stay as long as their message.
create function message_report_kept(low uuid, high uuid, stopped_from uuid)
  returns table (tenant_id uuid, id uuid) language sql stable set search_path = tenon, pg_temp as $$
  select m.tenant_id, m.id from tenant t join message m on m.tenant_id = t.tenant_id
  where m.id >= low and m.id < high
$$;
revoke execute on function message_report_kept from public;

-- Whom a tenant must not write to.
create table suppression (
  tenant_id uuid not null,
  -- In the form in which two spellings are the same.
  address text not null check (length(address) between 1 and 254),
  -- The stream that it is about; empty for all.
  stream text not null check (length(stream) <= 100),
  id uuid not null,
  -- Where several apply, the first of them in this order.
  reason text not null check (reason in ('complained', 'bounced', 'unsubscribed', 'manual')),
  detail text not null check (length(detail) <= 500),
  -- Who reported it, and about which message; null where a person added it.
  provider text,
  message_id uuid,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  primary key (tenant_id, address, stream)
);
create unique index suppression_id on suppression (tenant_id, id);

-- Entries that a person removed, and why. What happened before the removal never comes back by a
-- report that is late or applied again.
create table suppression_removal (
  tenant_id uuid not null,
  id uuid not null,
  address text not null,
  stream text not null,
  reason text not null,
  detail text not null,
  provider text,
  message_id uuid,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  removed_at timestamptz not null,
  removal_reason text not null check (length(removal_reason) between 1 and 500),
  -- The key by which it was removed, or null for a person at the console.
  removed_by text,
  primary key (tenant_id, id)
);
create index suppression_removal_address on suppression_removal (tenant_id, address, stream);

select protect('suppression', false);
select protect('suppression_removal', false);
grant select, insert, update, delete on suppression to tenon_tenant;
grant select, insert on suppression_removal to tenon_tenant;

-- Deletes at most `at_most` records of removals from before `before`: what they hold back is then too
-- old to come.
create function delete_suppression_removals(before timestamptz, at_most int) returns int
  language sql security definer
  set search_path = tenon, pg_temp
  set lock_timeout = '1s' as $$
  with old as (
    select r.tenant_id, r.id from suppression_removal r
    where r.removed_at < before limit at_most
    for update skip locked
  ), gone as (
    delete from suppression_removal r using old
    where r.tenant_id = old.tenant_id and r.id = old.id
    returning 1
  )
  select count(*)::int from gone
$$;
revoke execute on function delete_suppression_removals from public;
grant execute on function delete_suppression_removals to tenon_engine;
