ALTER TABLE syncs DROP COLUMN is_held_by_schedule;
ALTER TABLE batches DROP COLUMN cancelled_at;
