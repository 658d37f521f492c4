-- Who has the right to renew a credential, and for how long. A row outlives the transaction that
-- wrote it, which an advisory lock behind a pooler of transactions does not.
CREATE TABLE credential_leases (
    connection_id UUID NOT NULL REFERENCES connections (id),
    purpose TEXT COLLATE "C" NOT NULL CHECK (length(purpose) BETWEEN 1 AND 64),
    holder UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (connection_id, purpose)
);
