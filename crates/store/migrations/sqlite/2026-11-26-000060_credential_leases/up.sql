-- Who has the right to renew a credential, and for how long.
CREATE TABLE credential_leases (
    connection_id BLOB NOT NULL REFERENCES connections (id),
    purpose TEXT NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
    holder BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (connection_id, purpose)
) STRICT;
