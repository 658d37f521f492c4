-- How many turns an organization has in each round of claims.
ALTER TABLE organizations ADD COLUMN claim_weight INTEGER NOT NULL DEFAULT 1 CHECK (claim_weight BETWEEN 1 AND 1000);

-- Whether a caller waits for it: a one-off, or a scheduled sync that a request joined.
ALTER TABLE syncs ADD COLUMN is_asked_for BOOLEAN NOT NULL DEFAULT FALSE;
-- What is over is claimed no more.
UPDATE syncs SET is_asked_for = TRUE WHERE status IN ('scheduled', 'queued', 'running', 'pending_retry')
    AND (is_one_off OR id IN (SELECT sync_id FROM batch_members));

-- Claims walk it from organization to organization, for each of the two kinds.
DROP INDEX syncs_queued_of_organization;
CREATE INDEX syncs_queued ON syncs (is_asked_for, organization_id, due_at, id) WHERE status = 'queued';

-- How many of a worker's slots scheduled syncs may take; the others are kept for those asked for.
ALTER TABLE workers ADD COLUMN slots_for_scheduled BIGINT NOT NULL DEFAULT 0 CHECK (slots_for_scheduled >= 0);
UPDATE workers SET slots_for_scheduled = slots;
