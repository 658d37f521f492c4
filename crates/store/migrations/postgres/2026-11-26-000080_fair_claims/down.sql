ALTER TABLE workers DROP COLUMN slots_for_scheduled;
DROP INDEX syncs_queued;
CREATE INDEX syncs_queued_of_organization ON syncs (organization_id, due_at, id) WHERE status = 'queued';
ALTER TABLE syncs DROP COLUMN is_asked_for;
ALTER TABLE organizations DROP COLUMN claim_weight;
