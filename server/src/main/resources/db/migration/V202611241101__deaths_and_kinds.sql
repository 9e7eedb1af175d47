-- Why: a fact or job that kills its process must not be begun for ever, so it is counted how often
--   the worker of a lane or job was lost; and jobs are found by kind, since a node looks only for
--   those that it knows: a million of an unknown kind (after a downgrade) cost it nothing.
-- Locks: `lane` and `waiting_job` for as long as the index takes: milliseconds for every thousand
--   jobs that wait.

-- How often a node that held the lane was not heard of again. From 1 on its facts are applied one
-- by one, each in a transaction of its own, and that this has begun is committed before: so the next
-- death has one suspect, and lanes that the same node had only claimed have nothing to do with it.
alter table lane add column deaths smallint not null default 0;
alter table lane add column begun boolean not null default false;

-- How often the lease of a worker that had the job ran out, since it last came to an end by itself.
-- From 2 on it is done by itself, and that it was begun is committed before.
alter table waiting_job add column deaths smallint not null default 0;
alter table waiting_job add column begun boolean not null default false;

drop index waiting_job_ready;
create index waiting_job_ready on waiting_job (kind, tenant_id, priority, id) where wake_at is null;
