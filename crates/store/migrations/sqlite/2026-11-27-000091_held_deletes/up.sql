-- Deletes that a full pass proved and that are held, for they are too many to believe. No foreign
-- keys: those who write here would lock the model, and the sync may go before.
CREATE TABLE held_deletes (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    model_id BLOB NOT NULL,
    sync_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    decided_at INTEGER,
    status TEXT NOT NULL CHECK (status IN
        ('held', 'releasing', 'released', 'dismissed', 'undoing', 'undone', 'superseded')),
    reason TEXT NOT NULL CHECK (reason IN ('nothing_seen', 'too_many')),
    -- So many records were held at first, of so many.
    held INTEGER NOT NULL CHECK (held > 0),
    live INTEGER NOT NULL,
    spared INTEGER NOT NULL DEFAULT 0,
    released INTEGER NOT NULL DEFAULT 0,
    undone INTEGER NOT NULL DEFAULT 0,
    -- Held is what got its ordinal by then, and which the pass has not seen, nor any sync since;
    -- among these, if that is set. Roaring bitmaps, for as long as somebody may decide.
    through INTEGER NOT NULL,
    seen_ordinals BLOB,
    among_ordinals BLOB,
    spared_ordinals BLOB,
    -- How far the release is; which numbers its tombstones got; how far the undoing is.
    released_key TEXT,
    first_number INTEGER,
    last_number INTEGER,
    undone_number INTEGER,
    CHECK ((status = 'held') = (decided_at IS NULL)),
    CHECK ((status IN ('held', 'releasing')) = (seen_ordinals IS NOT NULL)),
    CHECK ((first_number IS NULL) = (last_number IS NULL))
) STRICT;
CREATE UNIQUE INDEX held_deletes_undecided ON held_deletes (model_id) WHERE status = 'held';
CREATE INDEX held_deletes_under_way ON held_deletes (modified_at) WHERE status IN ('releasing', 'undoing');
CREATE INDEX held_deletes_of_organization ON held_deletes (organization_id, status, id);
CREATE INDEX held_deletes_of_connection ON held_deletes (connection_id, status, id);
CREATE INDEX held_deletes_of_model ON held_deletes (model_id, status, id);
CREATE INDEX held_deletes_decided ON held_deletes (decided_at) WHERE decided_at IS NOT NULL;
