-- Why: a session has the time zone of its program. Where clocks are put back, "seven days later" is
-- an hour off, and the partitions of two weeks overlap or leave a gap.
-- Locks: none.

alter function make_partitions(text, timestamptz, timestamptz) set timezone to 'UTC';
