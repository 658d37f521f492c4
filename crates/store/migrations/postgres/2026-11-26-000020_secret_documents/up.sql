-- Sealed documents of connections, several for each: the secrets of its configuration, and
-- credentials obtained at run time. The key that opens a document stands beside it by its id.
CREATE TABLE secret_documents (
    connection_id UUID NOT NULL REFERENCES connections (id),
    purpose TEXT COLLATE "C" NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
    organization_id UUID NOT NULL REFERENCES organizations (id),
    -- Drawn anew by every write, so that a writer can tell whether somebody else wrote.
    version BIGINT NOT NULL,
    -- 1: sealed with the master key itself; 2: with a data key, which the master key wraps.
    format INTEGER NOT NULL CHECK (format IN (1, 2)),
    key_id TEXT COLLATE "C" NOT NULL CHECK (length(key_id) = 32),
    sealed BYTEA NOT NULL,
    modified_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (connection_id, purpose)
);
CREATE INDEX secret_documents_by_key ON secret_documents (key_id, format, connection_id, purpose);

INSERT INTO secret_documents
    (connection_id, purpose, organization_id, version, format, key_id, sealed, modified_at)
SELECT c.id, 'config', c.organization_id, 1, 1, s.value, c.sealed_secrets,
    COALESCE(c.modified_at, c.created_at)
FROM connections c
LEFT JOIN settings s ON s.key = 'master_key_fingerprint'
WHERE c.sealed_secrets IS NOT NULL AND c.deleted_at IS NULL;

ALTER TABLE connections DROP COLUMN sealed_secrets;
