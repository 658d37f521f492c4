-- Retention finds the oldest first. Live records do not stand in the first of these, so that a page
-- of them does not write it.
CREATE INDEX records_deleted ON records (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX credential_leases_by_end ON credential_leases (expires_at);

-- A fifth of a table is dead before PostgreSQL cleans it by its own default: two million rows of ten
-- million, whose place nothing new can take until then. Small batches are of use only if what they
-- remove is soon free, so that the tables that retention empties are cleaned at a fiftieth.
ALTER TABLE syncs SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE attempts SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE batches SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE batch_members SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE records SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE audit_events SET (autovacuum_vacuum_scale_factor = 0.02);
-- All of it is gone again after a day, or with its sync.
ALTER TABLE idempotency_keys SET (autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE seen_pages SET (autovacuum_vacuum_scale_factor = 0.05);

-- Each page counts in its attempt's row and in its model's feed, by columns that no index has: with
-- room left beside the row its new version stays in the same block, and no index is written.
ALTER TABLE attempts SET (fillfactor = 80);
ALTER TABLE model_feeds SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
-- A handful of rows, each of them written with every heartbeat.
ALTER TABLE workers SET (fillfactor = 50);
