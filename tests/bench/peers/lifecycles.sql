-- The life of one queued sync that finds nothing, with Syncline's own statements: claimed, read,
-- settled, and one empty page, the proof of the end and the completion at once. `-D i=0 -D clients=16`; bench_queue
-- (queue.sql) numbers the syncs.
\set n :client_id + :clients * :i
\set i :i + 1
SELECT sync_id, model_id, connection_id, organization_id FROM bench_queue WHERE n = :n \gset
BEGIN;
UPDATE syncs SET status = 'running', attempt = attempt + 1, started_at = COALESCE(started_at, clock_timestamp()), error = NULL, modified_at = clock_timestamp(), worker = 'pgbench', lease_expires_at = clock_timestamp() + interval '1 minute' WHERE id IN (SELECT id FROM syncs WHERE id = :sync_id AND status = 'queued' FOR NO KEY UPDATE SKIP LOCKED);
INSERT INTO attempts (sync_id, number, worker, started_at) SELECT id, attempt, worker, clock_timestamp() FROM syncs WHERE id = :sync_id;
INSERT INTO events (id, created_at, organization_id, connection_id, model_id, sync_id, attempt, transition, from_status, to_status) VALUES (gen_random_uuid(), clock_timestamp(), :organization_id, :connection_id, :model_id, :sync_id, 1, 'start', 'queued', 'running');
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT * FROM syncs WHERE id = :sync_id;
SELECT m.* FROM models m JOIN connections c ON m.connection_id = c.id WHERE m.id = :model_id AND m.organization_id = :organization_id AND c.deleted_at IS NULL;
SELECT * FROM connections WHERE id = :connection_id AND organization_id = :organization_id AND deleted_at IS NULL;
SELECT d.version, d.format, d.key_id, d.sealed FROM connections c LEFT JOIN secret_documents d ON d.connection_id = c.id AND d.purpose = 'connection' WHERE c.id = :connection_id AND c.organization_id = :organization_id AND c.deleted_at IS NULL;
SELECT partition, fingerprint, state FROM model_states WHERE model_id = :model_id ORDER BY partition;
COMMIT;
BEGIN;
SELECT * FROM syncs WHERE id = :sync_id FOR NO KEY UPDATE;
UPDATE syncs SET timerange_start = NULL, timerange_end = clock_timestamp(), manifest_hash = (SELECT hash FROM manifests LIMIT 1), fingerprint = 'bench', is_full_pass = TRUE, modified_at = clock_timestamp(), is_initial_sync = NOT COALESCE((SELECT m.is_synced FROM models m WHERE m.id = syncs.model_id), FALSE) WHERE id = :sync_id AND attempt = 1 RETURNING is_initial_sync;
COMMIT;
BEGIN;
UPDATE connections SET health_healthy = TRUE, health_authentication_required = FALSE, health_message = NULL, health_status_code = NULL, health_suggested_resolution = NULL, health_timestamp = clock_timestamp() WHERE id = :connection_id;
SELECT 1 FROM models WHERE id = (SELECT model_id FROM syncs WHERE id = :sync_id) FOR NO KEY UPDATE;
SELECT * FROM syncs WHERE id = :sync_id FOR NO KEY UPDATE;
UPDATE syncs SET lease_expires_at = clock_timestamp() + interval '1 minute', modified_at = clock_timestamp(), pagination_state = '{}', position_fingerprint = 'bench', progress_slice = 1, progress_request = 1, progress_record = 0, consecutive_failures = 0, furthest_slice = 1, furthest_request = 1, furthest_record = 0, parked_since = NULL WHERE id = :sync_id AND attempt = 1 AND status = 'running';
UPDATE attempts SET pages = pages + 1, bytes = bytes + 64, requests = requests + 1 WHERE sync_id = :sync_id AND number = 1;
SELECT * FROM syncs WHERE id = :sync_id FOR NO KEY UPDATE;
SELECT page, ordinals FROM seen_pages WHERE sync_id = :sync_id AND page > 0 ORDER BY page LIMIT 256;
SELECT f.live_records, m.suspects, (SELECT 1 FROM held_deletes h WHERE h.model_id = f.model_id AND h.status IN ('held', 'releasing') LIMIT 1) IS NOT NULL FROM model_feeds f JOIN models m ON m.id = f.model_id WHERE f.model_id = :model_id;
INSERT INTO staged_states (sync_id, partition, fingerprint, state) VALUES (:sync_id, '', 'bench', '{}') ON CONFLICT (sync_id, partition) DO UPDATE SET fingerprint = excluded.fingerprint, state = excluded.state;
DELETE FROM staged_states WHERE sync_id = :sync_id AND partition LIKE '{%' AND EXISTS (SELECT 1 FROM staged_states t WHERE t.sync_id = :sync_id AND t.drops_partitions);
DELETE FROM model_states WHERE model_id = :model_id AND (partition LIKE '{%' AND EXISTS (SELECT 1 FROM staged_states t WHERE t.sync_id = :sync_id AND t.drops_partitions) OR EXISTS (SELECT 1 FROM staged_states t WHERE t.sync_id = :sync_id) AND fingerprint NOT IN (SELECT t.fingerprint FROM staged_states t WHERE t.sync_id = :sync_id));
INSERT INTO model_states (model_id, partition, fingerprint, state, modified_at) SELECT :model_id, t.partition, t.fingerprint, t.state, clock_timestamp() FROM staged_states t WHERE t.sync_id = :sync_id ON CONFLICT (model_id, partition) DO UPDATE SET fingerprint = excluded.fingerprint, state = excluded.state, modified_at = excluded.modified_at;
UPDATE models SET is_synced = TRUE WHERE id = :model_id AND NOT is_synced;
UPDATE syncs SET status = 'complete', completed_at = clock_timestamp(), consecutive_failures = 0, modified_at = clock_timestamp(), worker = NULL, lease_expires_at = NULL WHERE id = :sync_id AND attempt = 1 AND status = 'running';
INSERT INTO events (id, created_at, organization_id, connection_id, model_id, sync_id, attempt, transition, from_status, to_status) VALUES (gen_random_uuid(), clock_timestamp(), :organization_id, :connection_id, :model_id, :sync_id, 1, 'complete', 'running', 'complete');
UPDATE attempts SET ended_at = clock_timestamp(), outcome = 'complete' WHERE sync_id = :sync_id AND number = 1;
DELETE FROM seen_pages WHERE sync_id = :sync_id;
DELETE FROM staged_states WHERE sync_id = :sync_id;
SELECT * FROM syncs WHERE model_id = :model_id AND status = 'scheduled' ORDER BY due_at LIMIT 1;
COMMIT;
