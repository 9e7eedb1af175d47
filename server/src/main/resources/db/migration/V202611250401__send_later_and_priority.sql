-- Why: a message may be asked for now and sent later, and a password reset does not wait behind a
-- newsletter. The job carries both; the message has them to show them, to resend by them, and since
-- its age counts from the time for which it was asked.
-- Locks: access exclusive on message for a moment; a constant default rewrites no row.

-- From when on it is to be sent; null for at once.
alter table message add column send_at timestamptz;
alter table message add column priority text not null default 'normal'
  check (priority in ('high', 'normal', 'bulk'));
