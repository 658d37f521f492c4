-- What providers say of the quota of an account, and what is left of it for all processes. A
-- connection without a row is one whose provider has said nothing.
CREATE TABLE quotas (
    connection_id BLOB NOT NULL PRIMARY KEY REFERENCES connections (id),
    request_limit INTEGER CHECK (request_limit > 0),
    remaining INTEGER CHECK (remaining >= 0),
    resets_at INTEGER,
    is_told INTEGER NOT NULL CHECK (is_told IN (0, 1)),
    window_millis INTEGER CHECK (window_millis >= 0),
    blocked_until INTEGER,
    heard_at INTEGER NOT NULL,
    -- Nothing may be asked before: what claims look at.
    held_until INTEGER
) STRICT;
