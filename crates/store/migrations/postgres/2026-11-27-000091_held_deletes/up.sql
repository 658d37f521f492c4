-- Deletes that a full pass proved and that are held, for they are too many to believe. No foreign
-- keys: those who write here would lock the model, and the sync may go before.
CREATE TABLE held_deletes (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    model_id UUID NOT NULL,
    sync_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    modified_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    status TEXT NOT NULL CHECK (status IN
        ('held', 'releasing', 'released', 'dismissed', 'undoing', 'undone', 'superseded')),
    reason TEXT NOT NULL CHECK (reason IN ('nothing_seen', 'too_many')),
    -- So many records were held at first, of so many.
    held BIGINT NOT NULL CHECK (held > 0),
    live BIGINT NOT NULL,
    spared BIGINT NOT NULL DEFAULT 0,
    released BIGINT NOT NULL DEFAULT 0,
    undone BIGINT NOT NULL DEFAULT 0,
    -- Held is what got its ordinal by then, and which the pass has not seen, nor any sync since;
    -- among these, if that is set. Roaring bitmaps, for as long as somebody may decide.
    through BIGINT NOT NULL,
    seen_ordinals BYTEA,
    among_ordinals BYTEA,
    spared_ordinals BYTEA,
    -- How far the release is; which numbers its tombstones got; how far the undoing is.
    released_key TEXT,
    first_number BIGINT,
    last_number BIGINT,
    undone_number BIGINT,
    CHECK ((status = 'held') = (decided_at IS NULL)),
    CHECK ((status IN ('held', 'releasing')) = (seen_ordinals IS NOT NULL)),
    CHECK ((first_number IS NULL) = (last_number IS NULL))
);
CREATE UNIQUE INDEX held_deletes_undecided ON held_deletes (model_id) WHERE status = 'held';
CREATE INDEX held_deletes_under_way ON held_deletes (modified_at) WHERE status IN ('releasing', 'undoing');
CREATE INDEX held_deletes_of_organization ON held_deletes (organization_id, status, id);
CREATE INDEX held_deletes_of_connection ON held_deletes (connection_id, status, id);
CREATE INDEX held_deletes_of_model ON held_deletes (model_id, status, id);
CREATE INDEX held_deletes_decided ON held_deletes (decided_at) WHERE decided_at IS NOT NULL;
