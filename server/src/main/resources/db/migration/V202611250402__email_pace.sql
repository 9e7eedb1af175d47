-- Why: a connection whose provider takes only so many mails a second is not to be given more by all
-- nodes together. Each node takes a share of a second's mails at once, so that a mail costs no
-- statement; connections without a pace have no row.
-- Locks: none; the table is new.

create table email_pace (
  tenant_id uuid not null,
  connection_id uuid not null,
  -- When the present second began, and how many mails of it were given to nodes.
  window_at timestamptz not null,
  used integer not null check (used >= 0),
  primary key (tenant_id, connection_id),
  foreign key (tenant_id, connection_id) references connection (tenant_id, id) on delete cascade
) with (fillfactor = 50);

select protect('email_pace', true);
grant select, insert, update, delete on email_pace to tenon_engine;
