-- One sync request of three models, with the reads, locks and inserts of Syncline's own:
-- `-D i=0 -D clients=16`; bench_work (work.sql) numbers the connections.
\set n :client_id + :clients * :i
\set i :i + 1
SELECT organization_id, connection_id, m1, m2, m3, token_id, sha256 FROM bench_work WHERE n = :n \gset
SELECT t.id, t.organization_id, o.name, t.name, t.scope, t.connection_ids, t.created_at, t.expires_at, t.revoked_at, t.last_used_at, t.previous_expires_at FROM tokens t JOIN organizations o ON t.organization_id = o.id WHERE t.sha256 = decode(:sha256, 'hex') LIMIT 1;
BEGIN;
SELECT is_sync_disabled FROM connections WHERE id = :connection_id AND organization_id = :organization_id AND deleted_at IS NULL FOR SHARE;
SELECT id, name, is_read_enabled, unsupported_reason, is_synced FROM models WHERE connection_id = :connection_id ORDER BY id;
SELECT 1 FROM models WHERE id IN (:m1, :m2, :m3) ORDER BY id FOR NO KEY UPDATE;
INSERT INTO batches (id, organization_id, connection_id, created_at) VALUES (lpad(to_hex(:n * 8), 32, '0')::uuid, :organization_id, :connection_id, clock_timestamp());
SELECT * FROM syncs s WHERE s.connection_id = :connection_id AND s.status IN ('scheduled', 'queued', 'running', 'pending_retry');
INSERT INTO syncs (id, organization_id, connection_id, model_id, batch_id, scope, is_one_off, is_asked_for, is_initial_sync, status, due_at, created_at, modified_at, timerange_start, timerange_end) VALUES
  (lpad(to_hex(:n * 8 + 1), 32, '0')::uuid, :organization_id, :connection_id, :m1, lpad(to_hex(:n * 8), 32, '0')::uuid, '{}', TRUE, TRUE, TRUE, 'queued', clock_timestamp(), clock_timestamp(), NULL, NULL, NULL),
  (lpad(to_hex(:n * 8 + 2), 32, '0')::uuid, :organization_id, :connection_id, :m2, lpad(to_hex(:n * 8), 32, '0')::uuid, '{}', TRUE, TRUE, TRUE, 'queued', clock_timestamp(), clock_timestamp(), NULL, NULL, NULL),
  (lpad(to_hex(:n * 8 + 3), 32, '0')::uuid, :organization_id, :connection_id, :m3, lpad(to_hex(:n * 8), 32, '0')::uuid, '{}', TRUE, TRUE, TRUE, 'queued', clock_timestamp(), clock_timestamp(), NULL, NULL, NULL);
INSERT INTO events (id, created_at, organization_id, connection_id, model_id, sync_id, attempt, transition, from_status, to_status) VALUES
  (gen_random_uuid(), clock_timestamp(), :organization_id, :connection_id, :m1, lpad(to_hex(:n * 8 + 1), 32, '0')::uuid, 0, NULL, NULL, 'queued'),
  (gen_random_uuid(), clock_timestamp(), :organization_id, :connection_id, :m2, lpad(to_hex(:n * 8 + 2), 32, '0')::uuid, 0, NULL, NULL, 'queued'),
  (gen_random_uuid(), clock_timestamp(), :organization_id, :connection_id, :m3, lpad(to_hex(:n * 8 + 3), 32, '0')::uuid, 0, NULL, NULL, 'queued');
INSERT INTO batch_members (batch_id, sync_id, position, is_joined) VALUES
  (lpad(to_hex(:n * 8), 32, '0')::uuid, lpad(to_hex(:n * 8 + 1), 32, '0')::uuid, 0, FALSE),
  (lpad(to_hex(:n * 8), 32, '0')::uuid, lpad(to_hex(:n * 8 + 2), 32, '0')::uuid, 1, FALSE),
  (lpad(to_hex(:n * 8), 32, '0')::uuid, lpad(to_hex(:n * 8 + 3), 32, '0')::uuid, 2, FALSE);
INSERT INTO audit_events (id, organization_id, created_at, token_id, operation, target, request_id, status) VALUES (lpad(to_hex(:n * 8 + 4), 32, '0')::uuid, :organization_id, clock_timestamp(), :token_id, 'request_sync', :connection_id, 'bench', 200);
COMMIT;
