-- The connections that no request has touched, numbered for pgbench.
CREATE TABLE bench_work AS
SELECT row_number() OVER (ORDER BY c.id) - 1 AS n, c.organization_id, c.id AS connection_id,
       m.ids[1] AS m1, m.ids[2] AS m2, m.ids[3] AS m3, t.id AS token_id, encode(t.sha256, 'hex') AS sha256
FROM connections c
CROSS JOIN LATERAL (SELECT array_agg(id ORDER BY id) AS ids FROM models WHERE connection_id = c.id) m
CROSS JOIN LATERAL (SELECT id, sha256 FROM tokens WHERE organization_id = c.organization_id LIMIT 1) t
WHERE NOT EXISTS (SELECT 1 FROM syncs s WHERE s.connection_id = c.id);
ALTER TABLE bench_work ADD PRIMARY KEY (n);
ANALYZE;
