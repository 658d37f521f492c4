-- Who runs syncs: each worker says so with its heartbeat. What none has said for long is removed.
CREATE TABLE workers (
    name TEXT NOT NULL PRIMARY KEY,
    seen_at TIMESTAMPTZ NOT NULL,
    -- Later than this it counts as dead.
    expires_at TIMESTAMPTZ NOT NULL,
    slots BIGINT NOT NULL CHECK (slots >= 0),
    cap_per_organization BIGINT,
    cap_per_connection BIGINT,
    cap_per_provider BIGINT
);
