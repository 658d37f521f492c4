ALTER TABLE models DROP COLUMN schedule_jitter_seconds;
