-- Every change of a sync's status, written in its transaction. What follows on what is the order of
-- the entries; the number in the feed is given by whoever reads, so that writers wait for nobody.
-- No foreign keys: each change would lock what it names, and what is deleted has a history too.
CREATE TABLE events (
    entry BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id UUID NOT NULL,
    number BIGINT,
    id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    connection_id UUID NOT NULL,
    model_id UUID NOT NULL,
    sync_id UUID NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 0),
    -- Neither: it was made.
    transition TEXT,
    from_status TEXT,
    to_status TEXT NOT NULL,
    error TEXT,
    CHECK ((transition IS NULL) = (from_status IS NULL))
);
CREATE INDEX events_unnumbered ON events (organization_id, entry) WHERE number IS NULL;
-- What has no number yet stands in none of these, so that a writer does not write them.
CREATE UNIQUE INDEX events_feed ON events (organization_id, number) WHERE number IS NOT NULL;
CREATE INDEX events_of_connection ON events (organization_id, connection_id, number) WHERE number IS NOT NULL;
CREATE INDEX events_of_model ON events (organization_id, model_id, number) WHERE number IS NOT NULL;
CREATE INDEX events_of_sync ON events (organization_id, sync_id, number) WHERE number IS NOT NULL;

-- The counter of an organization's events. Whoever numbers holds it to the commit.
CREATE TABLE event_feeds (
    organization_id UUID NOT NULL PRIMARY KEY REFERENCES organizations (id),
    last_number BIGINT NOT NULL DEFAULT 0,
    -- Events up to this number are no longer kept.
    purged_through BIGINT NOT NULL DEFAULT 0
);

-- Retention empties it, and each row is written twice: see the migration of retention.
ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE event_feeds SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);
