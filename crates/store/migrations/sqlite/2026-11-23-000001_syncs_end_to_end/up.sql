-- Everything that Syncline keeps. The same tables, columns and names stand in both databases.

-- Settings of the database itself, such as the fingerprint of its master key.
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- Tenants.
CREATE TABLE organizations (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

-- API tokens, by the SHA-256 of their text.
CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE INDEX tokens_of_organization ON tokens (organization_id, id);

-- Answers that are given again when a request comes again.
CREATE TABLE idempotency_keys (
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL CHECK (length(request_hash) = 32),
    status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (organization_id, method, path, key)
) STRICT;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Manifests by the hash of their content.
CREATE TABLE manifests (
    hash TEXT NOT NULL PRIMARY KEY,
    provider_name TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE connections (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    created_at INTEGER NOT NULL,
    modified_at INTEGER,
    name TEXT NOT NULL,
    provider_name TEXT NOT NULL,
    api_url TEXT,
    is_on_premise INTEGER NOT NULL CHECK (is_on_premise IN (0, 1)),
    company TEXT,
    environment TEXT,
    is_sync_disabled INTEGER NOT NULL DEFAULT 0 CHECK (is_sync_disabled IN (0, 1)),
    config TEXT NOT NULL,
    -- Encrypted; none when there are no secrets.
    sealed_secrets BLOB,
    -- A JSON array of JSON pointers into the configuration.
    secret_names TEXT NOT NULL,
    health_healthy INTEGER CHECK (health_healthy IN (0, 1)),
    health_authentication_required INTEGER NOT NULL DEFAULT 0 CHECK (health_authentication_required IN (0, 1)),
    health_message TEXT,
    health_status_code INTEGER,
    health_suggested_resolution TEXT,
    health_timestamp INTEGER,
    deleted_at INTEGER
) STRICT;
CREATE INDEX connections_of_organization ON connections (organization_id, id) WHERE deleted_at IS NULL;
CREATE INDEX connections_to_purge ON connections (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE models (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    connection_id BLOB NOT NULL REFERENCES connections (id),
    created_at INTEGER NOT NULL,
    modified_at INTEGER,
    name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    is_read_enabled INTEGER NOT NULL CHECK (is_read_enabled IN (0, 1)),
    unsupported_reason TEXT,
    schedule_seconds INTEGER CHECK (schedule_seconds > 0),
    schedule_cron TEXT,
    schedule_zone TEXT,
    schedule_anchor INTEGER,
    next_sync_at INTEGER,
    overlap_seconds INTEGER NOT NULL CHECK (overlap_seconds >= 0),
    is_synced INTEGER NOT NULL DEFAULT 0 CHECK (is_synced IN (0, 1)),
    -- The ordinals of records that a doubtful pass did not see, as a roaring bitmap.
    suspects BLOB,
    UNIQUE (connection_id, name),
    CHECK (unsupported_reason IS NULL OR NOT is_read_enabled),
    CHECK (schedule_seconds IS NULL OR schedule_cron IS NULL),
    CHECK ((schedule_cron IS NULL) = (schedule_zone IS NULL)),
    CHECK ((schedule_seconds IS NULL AND schedule_cron IS NULL) = (schedule_anchor IS NULL)),
    CHECK (next_sync_at IS NULL OR schedule_anchor IS NOT NULL)
) STRICT;
CREATE INDEX models_of_connection ON models (connection_id, id);
CREATE INDEX models_by_next_sync ON models (next_sync_at) WHERE next_sync_at IS NOT NULL;

-- The counter of a model's feed. Its lock lasts to the commit, so that the order of the numbers
-- is the order of the commits.
CREATE TABLE model_feeds (
    model_id BLOB NOT NULL PRIMARY KEY REFERENCES models (id),
    last_number INTEGER NOT NULL DEFAULT 0,
    live_records INTEGER NOT NULL DEFAULT 0 CHECK (live_records >= 0),
    -- Deletions up to this number are no longer kept.
    purged_through INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How far each partition of a model is proven to be synced. No foreign key here nor below where
-- a page writes: it would lock the model.
CREATE TABLE model_states (
    model_id BLOB NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (model_id, partition)
) STRICT;

CREATE TABLE batches (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    connection_id BLOB NOT NULL REFERENCES connections (id),
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX batches_of_connection ON batches (connection_id);

-- The CHECKs restate which fields a status goes with.
CREATE TABLE syncs (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    connection_id BLOB NOT NULL REFERENCES connections (id),
    model_id BLOB NOT NULL REFERENCES models (id),
    batch_id BLOB REFERENCES batches (id),
    -- Canonical, so that equal scopes are equal texts.
    scope TEXT NOT NULL,
    is_one_off INTEGER NOT NULL CHECK (is_one_off IN (0, 1)),
    is_initial_sync INTEGER NOT NULL CHECK (is_initial_sync IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN
        ('scheduled', 'queued', 'running', 'pending_retry', 'complete', 'failed', 'cancelled')),
    attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    error TEXT,
    due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER,
    started_at INTEGER,
    completed_at INTEGER,
    timerange_start INTEGER,
    timerange_end INTEGER,
    pagination_state TEXT NOT NULL DEFAULT '{}',
    -- What the pagination state belongs to; none before the first page.
    position_fingerprint TEXT,
    progress_slice INTEGER NOT NULL DEFAULT 0,
    progress_request INTEGER NOT NULL DEFAULT 0,
    progress_record INTEGER NOT NULL DEFAULT 0,
    consecutive_failures INTEGER NOT NULL DEFAULT 0 CHECK (consecutive_failures >= 0),
    total_retries INTEGER NOT NULL DEFAULT 0 CHECK (total_retries >= 0),
    furthest_slice INTEGER NOT NULL DEFAULT 0,
    furthest_request INTEGER NOT NULL DEFAULT 0,
    furthest_record INTEGER NOT NULL DEFAULT 0,
    parked_since INTEGER,
    -- Settled at the first start, and never changed after.
    manifest_hash TEXT REFERENCES manifests (hash),
    fingerprint TEXT,
    is_full_pass INTEGER NOT NULL DEFAULT 0 CHECK (is_full_pass IN (0, 1)),
    -- What is left to be done; how unseen records are judged; how far the sweep is.
    phase TEXT NOT NULL DEFAULT 'read' CHECK (phase IN ('read', 'sweep')),
    coverage TEXT,
    sweep_after TEXT,
    -- Who holds the lease, and until when.
    worker TEXT,
    lease_expires_at INTEGER,
    CHECK ((attempt > 0) = (started_at IS NOT NULL)),
    CHECK ((status IN ('complete', 'failed', 'cancelled')) = (completed_at IS NOT NULL)),
    CHECK (error IS NULL OR status IN ('pending_retry', 'failed')),
    CHECK (error IS NOT NULL OR status <> 'failed'),
    CHECK (attempt = 0 OR status <> 'scheduled'),
    CHECK (attempt > 0 OR status NOT IN ('running', 'pending_retry', 'complete', 'failed')),
    CHECK ((status = 'running') = (worker IS NOT NULL)),
    CHECK ((status = 'running') = (lease_expires_at IS NOT NULL)),
    CHECK ((manifest_hash IS NULL) = (fingerprint IS NULL))
) STRICT;
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
    batch_id BLOB NOT NULL REFERENCES batches (id),
    sync_id BLOB NOT NULL REFERENCES syncs (id),
    position INTEGER NOT NULL,
    is_joined INTEGER NOT NULL CHECK (is_joined IN (0, 1)),
    PRIMARY KEY (batch_id, sync_id)
) STRICT;
CREATE INDEX batch_members_of_sync ON batch_members (sync_id);

-- One run of a sync by one worker.
CREATE TABLE attempts (
    sync_id BLOB NOT NULL REFERENCES syncs (id),
    number INTEGER NOT NULL CHECK (number > 0),
    worker TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT CHECK (outcome IN ('complete', 'retry', 'park', 'release', 'rescue', 'fail', 'cancel')),
    error TEXT,
    pages INTEGER NOT NULL DEFAULT 0,
    records INTEGER NOT NULL DEFAULT 0,
    added INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    requests INTEGER NOT NULL DEFAULT 0,
    warnings TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (sync_id, number),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

-- States that a sync builds, to be swapped in at its end.
CREATE TABLE staged_states (
    sync_id BLOB NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (sync_id, partition)
) STRICT;

-- The ordinals of the records that each page of a full pass saw, as roaring bitmaps.
CREATE TABLE seen_pages (
    sync_id BLOB NOT NULL,
    page INTEGER NOT NULL,
    ordinals BLOB NOT NULL,
    PRIMARY KEY (sync_id, page)
) STRICT;

-- Landed records; a tombstone has deleted_at. The ordinal is the first feed number that the
-- record got: it stands for the record in bitmaps, and never changes.
CREATE TABLE records (
    model_id BLOB NOT NULL,
    key TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    id BLOB NOT NULL,
    data TEXT NOT NULL,
    -- The first half of the SHA-256 of the data as it came.
    hash BLOB NOT NULL,
    -- Its place in the feed.
    number INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    modified_at INTEGER,
    deleted_at INTEGER,
    sync_id BLOB NOT NULL,
    PRIMARY KEY (model_id, key)
) STRICT;
CREATE UNIQUE INDEX records_feed ON records (model_id, number);
CREATE UNIQUE INDEX records_by_id ON records (id);
