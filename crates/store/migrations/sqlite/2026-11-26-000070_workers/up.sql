-- Who runs syncs: each worker says so with its heartbeat. What none has said for long is removed.
CREATE TABLE workers (
    name TEXT NOT NULL PRIMARY KEY,
    seen_at INTEGER NOT NULL,
    -- Later than this it counts as dead.
    expires_at INTEGER NOT NULL,
    slots INTEGER NOT NULL CHECK (slots >= 0),
    cap_per_organization INTEGER,
    cap_per_connection INTEGER,
    cap_per_provider INTEGER
) STRICT;
