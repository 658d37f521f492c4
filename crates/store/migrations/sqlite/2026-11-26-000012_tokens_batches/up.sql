-- When a caller took a batch back: from then on it holds no sync any more.
ALTER TABLE batches ADD COLUMN cancelled_at INTEGER;
-- The model's schedule joined it: it is wanted whatever becomes of the batches that hold it.
ALTER TABLE syncs ADD COLUMN is_held_by_schedule INTEGER NOT NULL DEFAULT 0 CHECK (is_held_by_schedule IN (0, 1));
