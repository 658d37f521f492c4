-- Retention finds the oldest first. Live records do not stand in the first of these, so that a page
-- of them does not write it.
CREATE INDEX records_deleted ON records (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX credential_leases_by_end ON credential_leases (expires_at);
