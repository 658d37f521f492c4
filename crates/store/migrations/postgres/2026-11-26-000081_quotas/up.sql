-- What providers say of the quota of an account, and what is left of it for all processes. A
-- connection without a row is one whose provider has said nothing.
CREATE TABLE quotas (
    connection_id UUID NOT NULL PRIMARY KEY REFERENCES connections (id),
    request_limit BIGINT CHECK (request_limit > 0),
    remaining BIGINT CHECK (remaining >= 0),
    resets_at TIMESTAMPTZ,
    is_told BOOLEAN NOT NULL,
    window_millis BIGINT CHECK (window_millis >= 0),
    blocked_until TIMESTAMPTZ,
    heard_at TIMESTAMPTZ NOT NULL,
    -- Nothing may be asked before: what claims look at.
    held_until TIMESTAMPTZ
);
