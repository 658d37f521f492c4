-- By how many seconds a schedule's ticks are moved at most; null: what is usual for it.
ALTER TABLE models ADD COLUMN schedule_jitter_seconds INTEGER CHECK (schedule_jitter_seconds >= 0);
