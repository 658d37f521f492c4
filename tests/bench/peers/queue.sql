-- The syncs that are queued, numbered for pgbench.
CREATE TABLE bench_queue AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id AS sync_id, model_id, connection_id, organization_id
FROM syncs WHERE status = 'queued';
ALTER TABLE bench_queue ADD PRIMARY KEY (n);
ANALYZE;
