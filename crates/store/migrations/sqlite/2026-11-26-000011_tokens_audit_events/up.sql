-- What was changed, by whom, and under which request.
CREATE TABLE audit_events (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    created_at INTEGER NOT NULL,
    -- None: the operator, at the command line; then there is no request and no status either.
    token_id BLOB REFERENCES tokens (id),
    operation TEXT NOT NULL,
    target TEXT,
    request_id TEXT,
    status INTEGER CHECK (status BETWEEN 200 AND 299)
) STRICT;
CREATE INDEX audit_events_of_organization ON audit_events (organization_id, id);
CREATE INDEX audit_events_of_token ON audit_events (organization_id, token_id, id);
CREATE INDEX audit_events_of_target ON audit_events (organization_id, target, id);
CREATE INDEX audit_events_by_age ON audit_events (created_at);
