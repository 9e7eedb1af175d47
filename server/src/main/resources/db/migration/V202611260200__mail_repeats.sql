-- Why: a repeat under the same key tells what became of a mail only at the account that it went to,
-- and a mail that was sent again although nobody knew of the first must be seen and counted.
-- Locks: access exclusive on message, attempt and email_number for a moment; the new columns are null
-- or have a constant default, so no row is rewritten.

-- When the connection's settings and credentials were last changed, as the attempt was made with
-- them. Null in rows of older versions.
alter table attempt add column connection_changed_at timestamptz;

-- Whether it was made although an earlier one may have sent the message.
alter table attempt add column may_be_second boolean not null default false;

-- Whether one of its attempts was: the recipient may have it twice.
alter table message add column may_be_twice boolean not null default false;
grant select (may_be_twice), update (may_be_twice) on message to tenon_engine;

-- A message that is given up with its job is counted by its stream.
grant select (stream) on message to tenon_engine;

-- Mails that were sent although an earlier sending may have been accepted.
alter table email_number add column possible_duplicates bigint not null default 0;
