-- Why: the mail about a failed payment waits a moment, and is taken back when the bank only wanted the
-- customer to confirm: of which try it is has to be known. And a mail that was made stays the only one.
-- Locks: briefly, for the column; then rows of payments that failed are locked until all are written,
-- a few seconds for a hundred thousand.

-- The failed try that the mail tells of; 0 while there is none.
alter table payment add column failure_mail_try int not null default 0;
update payment set failure_mail_try = failed_tries where failed_tries > 0;
