-- Everything that Syncline keeps. The same tables, columns and names stand in both databases.

-- Settings of the database itself, such as the fingerprint of its master key.
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- Tenants.
CREATE TABLE organizations (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL
);

-- API tokens, by the SHA-256 of their text.
CREATE TABLE tokens (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    sha256 BYTEA NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX tokens_of_organization ON tokens (organization_id, id);

-- Answers that are given again when a request comes again.
CREATE TABLE idempotency_keys (
    organization_id UUID NOT NULL REFERENCES organizations (id),
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL CHECK (length(request_hash) = 32),
    status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers JSON NOT NULL,
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (organization_id, method, path, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Manifests by the hash of their content.
CREATE TABLE manifests (
    hash TEXT NOT NULL PRIMARY KEY,
    provider_name TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE connections (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    created_at TIMESTAMPTZ NOT NULL,
    modified_at TIMESTAMPTZ,
    name TEXT NOT NULL,
    provider_name TEXT NOT NULL,
    api_url TEXT,
    is_on_premise BOOLEAN NOT NULL,
    company TEXT,
    environment TEXT,
    is_sync_disabled BOOLEAN NOT NULL DEFAULT FALSE,
    config JSON NOT NULL,
    -- Encrypted; none when there are no secrets.
    sealed_secrets BYTEA,
    -- A JSON array of JSON pointers into the configuration.
    secret_names JSON NOT NULL,
    health_healthy BOOLEAN,
    health_authentication_required BOOLEAN NOT NULL DEFAULT FALSE,
    health_message TEXT,
    health_status_code INTEGER,
    health_suggested_resolution TEXT,
    health_timestamp TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ
);
CREATE INDEX connections_of_organization ON connections (organization_id, id) WHERE deleted_at IS NULL;
CREATE INDEX connections_to_purge ON connections (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE models (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    connection_id UUID NOT NULL REFERENCES connections (id),
    created_at TIMESTAMPTZ NOT NULL,
    modified_at TIMESTAMPTZ,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    is_read_enabled BOOLEAN NOT NULL,
    unsupported_reason TEXT,
    schedule_seconds BIGINT CHECK (schedule_seconds > 0),
    schedule_cron TEXT,
    schedule_zone TEXT,
    schedule_anchor TIMESTAMPTZ,
    next_sync_at TIMESTAMPTZ,
    overlap_seconds BIGINT NOT NULL CHECK (overlap_seconds >= 0),
    is_synced BOOLEAN NOT NULL DEFAULT FALSE,
    -- The ordinals of records that a doubtful pass did not see, as a roaring bitmap.
    suspects BYTEA,
    UNIQUE (connection_id, name),
    CHECK (unsupported_reason IS NULL OR NOT is_read_enabled),
    CHECK (schedule_seconds IS NULL OR schedule_cron IS NULL),
    CHECK ((schedule_cron IS NULL) = (schedule_zone IS NULL)),
    CHECK ((schedule_seconds IS NULL AND schedule_cron IS NULL) = (schedule_anchor IS NULL)),
    CHECK (next_sync_at IS NULL OR schedule_anchor IS NOT NULL)
);
CREATE INDEX models_of_connection ON models (connection_id, id);
CREATE INDEX models_by_next_sync ON models (next_sync_at) WHERE next_sync_at IS NOT NULL;

-- The counter of a model's feed. Its lock lasts to the commit, so that the order of the numbers
-- is the order of the commits.
CREATE TABLE model_feeds (
    model_id UUID NOT NULL PRIMARY KEY REFERENCES models (id),
    last_number BIGINT NOT NULL DEFAULT 0,
    live_records BIGINT NOT NULL DEFAULT 0 CHECK (live_records >= 0),
    -- Deletions up to this number are no longer kept.
    purged_through BIGINT NOT NULL DEFAULT 0
);

-- How far each partition of a model is proven to be synced. No foreign key here nor below where
-- a page writes: it would lock the model.
CREATE TABLE model_states (
    model_id UUID NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state JSON NOT NULL,
    modified_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (model_id, partition)
);

CREATE TABLE batches (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    connection_id UUID NOT NULL REFERENCES connections (id),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX batches_of_connection ON batches (connection_id);

-- The CHECKs restate which fields a status goes with.
CREATE TABLE syncs (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL REFERENCES organizations (id),
    connection_id UUID NOT NULL REFERENCES connections (id),
    model_id UUID NOT NULL REFERENCES models (id),
    batch_id UUID REFERENCES batches (id),
    -- Canonical, so that equal scopes are equal texts.
    scope TEXT NOT NULL,
    is_one_off BOOLEAN NOT NULL,
    is_initial_sync BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN
        ('scheduled', 'queued', 'running', 'pending_retry', 'complete', 'failed', 'cancelled')),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    error TEXT,
    due_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    modified_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    timerange_start TIMESTAMPTZ,
    timerange_end TIMESTAMPTZ,
    pagination_state JSON NOT NULL DEFAULT '{}',
    -- What the pagination state belongs to; none before the first page.
    position_fingerprint TEXT,
    progress_slice BIGINT NOT NULL DEFAULT 0,
    progress_request BIGINT NOT NULL DEFAULT 0,
    progress_record BIGINT NOT NULL DEFAULT 0,
    consecutive_failures INTEGER NOT NULL DEFAULT 0 CHECK (consecutive_failures >= 0),
    total_retries INTEGER NOT NULL DEFAULT 0 CHECK (total_retries >= 0),
    furthest_slice BIGINT NOT NULL DEFAULT 0,
    furthest_request BIGINT NOT NULL DEFAULT 0,
    furthest_record BIGINT NOT NULL DEFAULT 0,
    parked_since TIMESTAMPTZ,
    -- Settled at the first start, and never changed after.
    manifest_hash TEXT REFERENCES manifests (hash),
    fingerprint TEXT,
    is_full_pass BOOLEAN NOT NULL DEFAULT FALSE,
    -- What is left to be done; how unseen records are judged; how far the sweep is.
    phase TEXT NOT NULL DEFAULT 'read' CHECK (phase IN ('read', 'sweep')),
    coverage TEXT,
    sweep_after TEXT COLLATE "C",
    -- Who holds the lease, and until when.
    worker TEXT,
    lease_expires_at TIMESTAMPTZ,
    CHECK ((attempt > 0) = (started_at IS NOT NULL)),
    CHECK ((status IN ('complete', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
    CHECK (error IS NULL OR status IN ('pending_retry', 'failed')),
    CHECK (error IS NOT NULL OR status <> 'failed'),
    CHECK (attempt = 0 OR status <> 'scheduled'),
    CHECK (attempt > 0 OR status NOT IN ('running', 'pending_retry', 'complete', 'failed')),
    CHECK ((status = 'running') = (worker IS NOT NULL)),
    CHECK ((status = 'running') = (lease_expires_at IS NOT NULL)),
    CHECK ((manifest_hash IS NULL) = (fingerprint IS NULL))
);
-- One turn for each model, and one that waits for each scope.
CREATE UNIQUE INDEX syncs_turn ON syncs (model_id) WHERE status IN ('queued', 'running', 'pending_retry');
CREATE UNIQUE INDEX syncs_waiting ON syncs (model_id, scope) WHERE status = 'scheduled';
-- For claims, the scheduler and rescues: only what is alive stands in these.
CREATE INDEX syncs_queued_of_organization ON syncs (organization_id, due_at, id) WHERE status = 'queued';
CREATE INDEX syncs_due ON syncs (due_at, id) WHERE status IN ('scheduled', 'pending_retry');
CREATE INDEX syncs_leases ON syncs (lease_expires_at) WHERE status = 'running';
-- For lists: one range for each status, and the newest of them all.
CREATE INDEX syncs_of_organization ON syncs (organization_id, status, id);
CREATE INDEX syncs_of_connection ON syncs (connection_id, status, id);
CREATE INDEX syncs_of_model_by_status ON syncs (model_id, status, id);
CREATE INDEX syncs_of_model ON syncs (model_id, id);
CREATE INDEX syncs_of_batch ON syncs (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE batch_members (
    batch_id UUID NOT NULL REFERENCES batches (id),
    sync_id UUID NOT NULL REFERENCES syncs (id),
    position INTEGER NOT NULL,
    is_joined BOOLEAN NOT NULL,
    PRIMARY KEY (batch_id, sync_id)
);
CREATE INDEX batch_members_of_sync ON batch_members (sync_id);

-- One run of a sync by one worker.
CREATE TABLE attempts (
    sync_id UUID NOT NULL REFERENCES syncs (id),
    number INTEGER NOT NULL CHECK (number > 0),
    worker TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    outcome TEXT CHECK (outcome IN ('complete', 'retry', 'park', 'release', 'rescue', 'fail', 'cancel')),
    error TEXT,
    pages BIGINT NOT NULL DEFAULT 0,
    records BIGINT NOT NULL DEFAULT 0,
    added BIGINT NOT NULL DEFAULT 0,
    changed BIGINT NOT NULL DEFAULT 0,
    unchanged BIGINT NOT NULL DEFAULT 0,
    deleted BIGINT NOT NULL DEFAULT 0,
    bytes BIGINT NOT NULL DEFAULT 0,
    requests BIGINT NOT NULL DEFAULT 0,
    warnings JSON NOT NULL DEFAULT '[]',
    PRIMARY KEY (sync_id, number),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);

-- States that a sync builds, to be swapped in at its end.
CREATE TABLE staged_states (
    sync_id UUID NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state JSON NOT NULL,
    PRIMARY KEY (sync_id, partition)
);

-- The ordinals of the records that each page of a full pass saw, as roaring bitmaps.
CREATE TABLE seen_pages (
    sync_id UUID NOT NULL,
    page BIGINT NOT NULL,
    ordinals BYTEA NOT NULL,
    PRIMARY KEY (sync_id, page)
);

-- Landed records; a tombstone has deleted_at. The ordinal is the first feed number that the
-- record got: it stands for the record in bitmaps, and never changes.
CREATE TABLE records (
    model_id UUID NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    ordinal BIGINT NOT NULL,
    id UUID NOT NULL,
    data JSON NOT NULL,
    -- The first half of the SHA-256 of the data as it came.
    hash BYTEA NOT NULL,
    -- Its place in the feed.
    number BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    modified_at TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ,
    sync_id UUID NOT NULL,
    PRIMARY KEY (model_id, key)
);
CREATE UNIQUE INDEX records_feed ON records (model_id, number);
CREATE UNIQUE INDEX records_by_id ON records (id);
