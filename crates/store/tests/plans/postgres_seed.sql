-- Enough rows, made out of those that the scenario left, for the planner to think in earnest.
INSERT INTO connections
SELECT (jsonb_populate_record(NULL::connections, to_jsonb(c) || jsonb_build_object('id', gen_random_uuid(), 'deleted_at', NULL))).*
FROM (SELECT * FROM connections LIMIT 1) c, generate_series(1, 500);
INSERT INTO models
SELECT (jsonb_populate_record(NULL::models, to_jsonb(m) || jsonb_build_object(
    'id', gen_random_uuid(), 'connection_id', c.id, 'name', c.id, 'is_read_enabled', TRUE))).*
FROM (SELECT * FROM models WHERE next_sync_at IS NULL AND unsupported_reason IS NULL LIMIT 1) m, connections c;
INSERT INTO model_feeds SELECT id FROM models WHERE id NOT IN (SELECT model_id FROM model_feeds);
INSERT INTO syncs
SELECT (jsonb_populate_record(NULL::syncs, to_jsonb(s) || jsonb_build_object(
    'id', gen_random_uuid(), 'model_id', m.id, 'connection_id', m.connection_id, 'batch_id', NULL))).*
FROM (SELECT * FROM syncs WHERE status = 'complete' LIMIT 1) s, models m, generate_series(1, 10);
INSERT INTO syncs
SELECT (jsonb_populate_record(NULL::syncs, to_jsonb(s) || jsonb_build_object(
    'id', gen_random_uuid(), 'model_id', m.id, 'connection_id', m.connection_id, 'batch_id', NULL,
    'status', t.status, 'completed_at', NULL, 'started_at', NULL, 'attempt', 0))).*
FROM (SELECT * FROM syncs WHERE status = 'complete' LIMIT 1) s,
    (SELECT * FROM models WHERE id NOT IN (SELECT model_id FROM syncs WHERE status NOT IN ('complete', 'failed', 'cancelled'))) m,
    (VALUES ('scheduled'), ('queued')) t (status);
INSERT INTO attempts
SELECT (jsonb_populate_record(NULL::attempts, to_jsonb(a) || jsonb_build_object('sync_id', s.id))).*
FROM (SELECT * FROM attempts LIMIT 1) a, syncs s
WHERE s.id NOT IN (SELECT sync_id FROM attempts);
INSERT INTO records
SELECT (jsonb_populate_record(NULL::records, to_jsonb(r) || jsonb_build_object('id', gen_random_uuid(), 'model_id', m.id, 'key', n, 'number', n))).*
FROM (SELECT * FROM records LIMIT 1) r, models m, generate_series(1, 10) n
WHERE m.id NOT IN (SELECT model_id FROM records);
INSERT INTO quotas
SELECT (jsonb_populate_record(NULL::quotas, to_jsonb(q) || jsonb_build_object('connection_id', c.id))).*
FROM (SELECT * FROM quotas LIMIT 1) q, connections c
WHERE c.id NOT IN (SELECT connection_id FROM quotas);
INSERT INTO events (id, organization_id, created_at, connection_id, model_id, sync_id, attempt, to_status)
SELECT gen_random_uuid(), s.organization_id, now(), s.connection_id, s.model_id, s.id, 0, s.status FROM syncs s;
UPDATE events SET number = 1000000 + entry WHERE number IS NULL AND entry % 3 > 0;
ANALYZE;
