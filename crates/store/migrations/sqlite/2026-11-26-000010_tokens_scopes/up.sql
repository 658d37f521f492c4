-- What a token may do, where, and until when. Tokens that are there already may do everything.
ALTER TABLE tokens ADD COLUMN name TEXT;
ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'admin'
    CHECK (scope IN ('read', 'write', 'admin'));
-- A JSON array of ids of connections; none when the token reaches all of them.
ALTER TABLE tokens ADD COLUMN connection_ids TEXT CHECK (connection_ids IS NULL OR scope <> 'admin');
ALTER TABLE tokens ADD COLUMN expires_at INTEGER;
-- The secret before the last rotation goes on until its own time.
ALTER TABLE tokens ADD COLUMN previous_sha256 BLOB CHECK (length(previous_sha256) = 32);
ALTER TABLE tokens ADD COLUMN previous_expires_at INTEGER
    CHECK ((previous_sha256 IS NULL) = (previous_expires_at IS NULL));
CREATE UNIQUE INDEX tokens_previous ON tokens (previous_sha256) WHERE previous_sha256 IS NOT NULL;
