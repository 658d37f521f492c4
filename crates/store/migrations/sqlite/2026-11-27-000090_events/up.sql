-- Every change of a sync's status, written in its transaction. What follows on what is the order of
-- the entries; the number in the feed is given by whoever reads, so that writers wait for nobody.
-- No foreign keys: each change would lock what it names, and what is deleted has a history too.
CREATE TABLE events (
    entry INTEGER NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    number INTEGER,
    id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    connection_id BLOB NOT NULL,
    model_id BLOB NOT NULL,
    sync_id BLOB NOT NULL,
    attempt INTEGER NOT NULL CHECK (attempt >= 0),
    -- Neither: it was made.
    transition TEXT,
    from_status TEXT,
    to_status TEXT NOT NULL,
    error TEXT,
    CHECK ((transition IS NULL) = (from_status IS NULL))
) STRICT;
CREATE INDEX events_unnumbered ON events (organization_id, entry) WHERE number IS NULL;
-- What has no number yet stands in none of these, so that a writer does not write them.
CREATE UNIQUE INDEX events_feed ON events (organization_id, number) WHERE number IS NOT NULL;
CREATE INDEX events_of_connection ON events (organization_id, connection_id, number) WHERE number IS NOT NULL;
CREATE INDEX events_of_model ON events (organization_id, model_id, number) WHERE number IS NOT NULL;
CREATE INDEX events_of_sync ON events (organization_id, sync_id, number) WHERE number IS NOT NULL;

-- The counter of an organization's events. Whoever numbers holds it to the commit.
CREATE TABLE event_feeds (
    organization_id BLOB NOT NULL PRIMARY KEY REFERENCES organizations (id),
    last_number INTEGER NOT NULL DEFAULT 0,
    -- Events up to this number are no longer kept.
    purged_through INTEGER NOT NULL DEFAULT 0
) STRICT;
