-- A database of release 0.1.0, with data in it, for the test of upgrades (../tests/end_to_end/upgrade.rs).
-- token: syncline_66-QDP5ehT-W2YgA694mYh1FNYNLBTzUPZaRyuSLA4g
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE __diesel_schema_migrations (
       version VARCHAR(50) PRIMARY KEY NOT NULL,
       run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO __diesel_schema_migrations VALUES('20261123000001','2026-11-26 02:31:55');
CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
INSERT INTO settings VALUES('master_key_fingerprint','0b6bb41d5b4e9ba55453f846314a7b94');
CREATE TABLE organizations (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO organizations VALUES(X'01a215b1fb2678ab88011b8f59ff7c9b','acme',1795660315430002);
CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_at INTEGER NOT NULL,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
INSERT INTO tokens VALUES(X'01a215b1fb2678ab88011b8f97ed19be',X'01a215b1fb2678ab88011b8f59ff7c9b',X'9e4789d6932b92599ecad44556a45087dc5250fa35ee532b6af45eee87ca2bb2',1795660315430002,NULL,NULL);
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
CREATE TABLE manifests (
    hash TEXT NOT NULL PRIMARY KEY,
    provider_name TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO manifests VALUES('ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2','demo',replace('# The demo provider of Syncline (`syncline demo`): customers, invoices and payments of a made-up\n# company. Three streams, three paging styles.\n#\n# Each stream is read incrementally on `updated_at`. Such a read sees what was added and changed.\n# It cannot see what was deleted: a deleted row is simply no longer in the lists. A full refresh,\n# which reads everything, does see deletes, since it knows that what it did not meet is gone.\nversion: 6.0.0\ntype: DeclarativeSource\n\ncheck:\n  type: CheckStream\n  stream_names:\n    - customers\n\ndefinitions:\n  requester:\n    type: HttpRequester\n    url_base: "{{ config[''base_url''] }}"\n    http_method: GET\n    authenticator:\n      type: BearerAuthenticator\n      api_token: "{{ config[''api_token''] }}"\n\n  selector:\n    type: RecordSelector\n    extractor:\n      type: DpathExtractor\n      field_path:\n        - data\n\n  # `updated_since` is inclusive, so the row at the boundary is read again and found unchanged.\n  incremental_sync:\n    type: DatetimeBasedCursor\n    cursor_field: updated_at\n    datetime_format: "%Y-%m-%dT%H:%M:%SZ"\n    start_datetime:\n      type: MinMaxDatetime\n      datetime: "{{ config[''start_date''] or ''2020-01-01T00:00:00Z'' }}"\n      datetime_format: "%Y-%m-%dT%H:%M:%SZ"\n    start_time_option:\n      type: RequestOption\n      inject_into: request_parameter\n      field_name: updated_since\n\nstreams:\n  - type: DeclarativeStream\n    name: customers\n    primary_key:\n      - id\n    incremental_sync:\n      $ref: "#/definitions/incremental_sync"\n    retriever:\n      type: SimpleRetriever\n      requester:\n        $ref: "#/definitions/requester"\n        path: /customers\n      record_selector:\n        $ref: "#/definitions/selector"\n      paginator:\n        type: DefaultPaginator\n        pagination_strategy:\n          type: PageIncrement\n          start_from_page: 1\n          page_size: "{{ config[''page_size''] or 100 }}"\n        page_token_option:\n          type: RequestOption\n          inject_into: request_parameter\n          field_name: page\n        page_size_option:\n          type: RequestOption\n          inject_into: request_parameter\n          field_name: per_page\n    schema_loader:\n      type: InlineSchemaLoader\n      schema:\n        $schema: http://json-schema.org/draft-07/schema#\n        type: object\n        additionalProperties: true\n        properties:\n          id: { type: integer }\n          name: { type: string }\n          email: { type: string }\n          phone: { type: string }\n          currency: { type: string }\n          credit_limit: { type: number }\n          payment_terms_days: { type: integer }\n          tax_id: { type: [string, "null"] }\n          address:\n            type: object\n            properties:\n              street: { type: string }\n              city: { type: string }\n              postal_code: { type: string }\n              country: { type: string }\n          status: { type: string }\n          version: { type: integer }\n          created_at: { type: string, format: date-time }\n          updated_at: { type: string, format: date-time }\n\n  - type: DeclarativeStream\n    name: invoices\n    primary_key:\n      - id\n    incremental_sync:\n      $ref: "#/definitions/incremental_sync"\n    retriever:\n      type: SimpleRetriever\n      requester:\n        $ref: "#/definitions/requester"\n        path: /invoices\n      record_selector:\n        $ref: "#/definitions/selector"\n      paginator:\n        type: DefaultPaginator\n        pagination_strategy:\n          type: OffsetIncrement\n          page_size: "{{ config[''page_size''] or 100 }}"\n        page_token_option:\n          type: RequestOption\n          inject_into: request_parameter\n          field_name: offset\n        page_size_option:\n          type: RequestOption\n          inject_into: request_parameter\n          field_name: limit\n    schema_loader:\n      type: InlineSchemaLoader\n      schema:\n        $schema: http://json-schema.org/draft-07/schema#\n        type: object\n        additionalProperties: true\n        properties:\n          id: { type: string }\n          customer_id: { type: integer }\n          status: { type: string }\n          currency: { type: string }\n          total: { type: number }\n          amount_due: { type: number }\n          issued_on: { type: string, format: date }\n          due_on: { type: string, format: date }\n          lines:\n            type: array\n            items:\n              type: object\n              properties:\n                description: { type: string }\n                quantity: { type: integer }\n                unit_price: { type: number }\n          version: { type: integer }\n          created_at: { type: string, format: date-time }\n          updated_at: { type: string, format: date-time }\n\n  - type: DeclarativeStream\n    name: payments\n    primary_key:\n      - id\n    incremental_sync:\n      $ref: "#/definitions/incremental_sync"\n    retriever:\n      type: SimpleRetriever\n      requester:\n        $ref: "#/definitions/requester"\n        path: /payments\n      record_selector:\n        $ref: "#/definitions/selector"\n      paginator:\n        type: DefaultPaginator\n        pagination_strategy:\n          type: CursorPagination\n          cursor_value: "{{ response[''next_cursor''] }}"\n          stop_condition: "{{ not response[''has_more''] }}"\n          page_size: "{{ config[''page_size''] or 100 }}"\n        page_token_option:\n          type: RequestOption\n          inject_into: request_parameter\n          field_name: cursor\n        page_size_option:\n          type: RequestOption\n          inject_into: request_parameter\n          field_name: limit\n    schema_loader:\n      type: InlineSchemaLoader\n      schema:\n        $schema: http://json-schema.org/draft-07/schema#\n        type: object\n        additionalProperties: true\n        properties:\n          id: { type: string }\n          invoice_id: { type: string }\n          customer_id: { type: integer }\n          amount: { type: number }\n          currency: { type: string }\n          method: { type: string }\n          status: { type: string }\n          reference: { type: string }\n          received_on: { type: string, format: date }\n          version: { type: integer }\n          created_at: { type: string, format: date-time }\n          updated_at: { type: string, format: date-time }\n\nspec:\n  type: Spec\n  connection_specification:\n    $schema: http://json-schema.org/draft-07/schema#\n    title: Syncline demo provider\n    type: object\n    required:\n      - base_url\n      - api_token\n    additionalProperties: true\n    properties:\n      base_url:\n        type: string\n        title: Base URL\n        description: Where the demo provider listens, for example http://127.0.0.1:8090\n        order: 0\n      api_token:\n        type: string\n        title: API token\n        description: The token that the demo provider was started with.\n        airbyte_secret: true\n        order: 1\n      page_size:\n        type: integer\n        title: Page size\n        description: How many records to ask for at once.\n        minimum: 1\n        maximum: 1000\n        default: 100\n        order: 2\n      start_date:\n        type: string\n        title: Start date\n        description: Records that were last updated before this are not read.\n        format: date-time\n        pattern: ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$\n        default: "2020-01-01T00:00:00Z"\n        order: 3\n','\n',char(10)),1795660315558107);
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
INSERT INTO connections VALUES(X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb2678ab88011b8f59ff7c9b',1795660315515383,1795660315744645,'Books','demo',NULL,0,NULL,NULL,0,'{"base_url":"http://127.0.0.1:39889","page_size":5}',X'01e38efac3248ad2a8d3302562a7d4ce94cf5146c4f378b5d1c19fb4efa16df321dd3da08c4226fd1fb00639e59e9b01d4b5bf3f64b15f4f','["/api_token"]',0,1,'GET 127.0.0.1:39889/payments answered 401 Unauthorized: send the demo''s token as `Authorization: Bearer <token>`. Check the connection''s credentials, and renew them if they have expired',401,'Give the connection a valid credential, then sync again.',1795660315735495,NULL);
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
INSERT INTO models VALUES(X'01a215b1fb7b70a6833962240a11072e',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315515383,NULL,'customers','customers',1,NULL,NULL,NULL,NULL,NULL,NULL,300,1,NULL);
INSERT INTO models VALUES(X'01a215b1fb7b70a68339622440c36cb4',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315515383,1795660315767772,'invoices','invoices',1,NULL,31536000,NULL,NULL,1795660315767772,1827196315767772,300,1,NULL);
INSERT INTO models VALUES(X'01a215b1fb7b70a6833962251f848d98',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315515383,NULL,'payments','payments',1,NULL,NULL,NULL,NULL,NULL,NULL,300,0,NULL);
CREATE TABLE model_feeds (
    model_id BLOB NOT NULL PRIMARY KEY REFERENCES models (id),
    last_number INTEGER NOT NULL DEFAULT 0,
    live_records INTEGER NOT NULL DEFAULT 0 CHECK (live_records >= 0),
    -- Deletions up to this number are no longer kept.
    purged_through INTEGER NOT NULL DEFAULT 0
) STRICT;
INSERT INTO model_feeds VALUES(X'01a215b1fb7b70a6833962240a11072e',7,7,0);
INSERT INTO model_feeds VALUES(X'01a215b1fb7b70a68339622440c36cb4',13,13,0);
INSERT INTO model_feeds VALUES(X'01a215b1fb7b70a6833962251f848d98',5,5,0);
CREATE TABLE model_states (
    model_id BLOB NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (model_id, partition)
) STRICT;
INSERT INTO model_states VALUES(X'01a215b1fb7b70a6833962240a11072e','','af1c11ff67a0cbecfd0c2dc32fb80a874ac6efdbbf2cf4655e366c53ca282942','{"updated_at":"2026-01-01T00:00:00Z"}',1795660315627349);
INSERT INTO model_states VALUES(X'01a215b1fb7b70a68339622440c36cb4','','1b28f0b75c35586ff79adfe04c4f78a1d139501fe7f2a690a1f0ded5f6182e1a','{"updated_at":"2026-01-01T00:00:00Z"}',1795660315679462);
CREATE TABLE batches (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL REFERENCES organizations (id),
    connection_id BLOB NOT NULL REFERENCES connections (id),
    created_at INTEGER NOT NULL
) STRICT;
INSERT INTO batches VALUES(X'01a215b1fb8e7d81963669106f65d71d',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315534024);
INSERT INTO batches VALUES(X'01a215b1fc3679069cd2df9983102495',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315702074);
INSERT INTO batches VALUES(X'01a215b1fc837f4489d5ebb2c4d54686',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315779428);
INSERT INTO batches VALUES(X'01a215b1fd0b7d978009fbdf885c58fc',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315915705);
INSERT INTO batches VALUES(X'01a215b1fd2073cd94b3419ad3d2de44',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',1795660315936491);
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
INSERT INTO syncs VALUES(X'01a215b1fb8e7d81963669114c1233bc',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb7b70a6833962240a11072e',X'01a215b1fb8e7d81963669106f65d71d','{}',1,1,'complete',1,NULL,1795660315534024,1795660315534024,1795660315627349,1795660315547716,1795660315627349,1577836800000000,1795660315556641,'{"slice":1,"request":0,"max":"2026-01-01T00:00:00Z","done":true,"full":true}','af1c11ff67a0cbecfd0c2dc32fb80a874ac6efdbbf2cf4655e366c53ca282942',1,0,0,0,0,1,0,0,NULL,'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2','af1c11ff67a0cbecfd0c2dc32fb80a874ac6efdbbf2cf4655e366c53ca282942',1,'sweep','{"unseen":"settled"}',NULL,NULL,NULL);
INSERT INTO syncs VALUES(X'01a215b1fb8e7d819636691203bf7059',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb7b70a68339622440c36cb4',X'01a215b1fb8e7d81963669106f65d71d','{}',1,1,'complete',1,NULL,1795660315534024,1795660315534024,1795660315679462,1795660315639550,1795660315679462,1577836800000000,1795660315647632,'{"slice":1,"request":0,"max":"2026-01-01T00:00:00Z","done":true,"full":true}','1b28f0b75c35586ff79adfe04c4f78a1d139501fe7f2a690a1f0ded5f6182e1a',1,0,0,0,0,1,0,0,NULL,'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2','1b28f0b75c35586ff79adfe04c4f78a1d139501fe7f2a690a1f0ded5f6182e1a',1,'sweep','{"unseen":"settled"}',NULL,NULL,NULL);
INSERT INTO syncs VALUES(X'01a215b1fc3679069cd2df9a13f9b52b',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb7b70a6833962251f848d98',X'01a215b1fc3679069cd2df9983102495','{}',1,1,'failed',1,'GET 127.0.0.1:39889/payments answered 401 Unauthorized: send the demo''s token as `Authorization: Bearer <token>`. Check the connection''s credentials, and renew them if they have expired',1795660315702074,1795660315702074,1795660315727126,1795660315711479,1795660315727126,1577836800000000,1795660315715909,'{}',NULL,0,0,0,0,0,0,0,0,NULL,'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2','a3b82c02c0fefd4e28e6f0e0118e7fc1b1440f4b081b27fd70b4cb0e48a5bcca',1,'read',NULL,NULL,NULL,NULL);
INSERT INTO syncs VALUES(X'01a215b1fc837f4489d5ebb2c68db4e9',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb7b70a6833962251f848d98',X'01a215b1fc837f4489d5ebb2c4d54686','{}',1,1,'running',1,NULL,1795660315779428,1795660315779428,1795660315802475,1795660315787514,NULL,1577836800000000,1795660315790045,'{"slice":0,"window":["2020-01-01T00:00:00.000000Z","2026-11-26T02:31:55.790045Z"],"token":"cur_000000006748c6a200000005","request":1,"max":"2024-11-28T19:38:10Z","full":true}','a3b82c02c0fefd4e28e6f0e0118e7fc1b1440f4b081b27fd70b4cb0e48a5bcca',0,1,0,0,0,0,1,0,NULL,'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2','a3b82c02c0fefd4e28e6f0e0118e7fc1b1440f4b081b27fd70b4cb0e48a5bcca',1,'read',NULL,NULL,'worker-15090-f13aa41c',1795660375802475);
INSERT INTO syncs VALUES(X'01a215b1fd0b7d978009fbe04fa0945e',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb7b70a6833962251f848d98',X'01a215b1fd0b7d978009fbdf885c58fc','{}',1,1,'scheduled',0,NULL,1795660315915705,1795660315915705,NULL,NULL,NULL,NULL,NULL,'{}',NULL,0,0,0,0,0,0,0,0,NULL,NULL,NULL,0,'read',NULL,NULL,NULL,NULL);
INSERT INTO syncs VALUES(X'01a215b1fd2073cd94b3419bb545b9bc',X'01a215b1fb2678ab88011b8f59ff7c9b',X'01a215b1fb7b70a6833962237701bb31',X'01a215b1fb7b70a6833962251f848d98',X'01a215b1fd2073cd94b3419ad3d2de44','{"full_refresh":true}',1,1,'scheduled',0,NULL,1795660315936491,1795660315936491,NULL,NULL,NULL,NULL,NULL,'{}',NULL,0,0,0,0,0,0,0,0,NULL,NULL,NULL,0,'read',NULL,NULL,NULL,NULL);
CREATE TABLE batch_members (
    batch_id BLOB NOT NULL REFERENCES batches (id),
    sync_id BLOB NOT NULL REFERENCES syncs (id),
    position INTEGER NOT NULL,
    is_joined INTEGER NOT NULL CHECK (is_joined IN (0, 1)),
    PRIMARY KEY (batch_id, sync_id)
) STRICT;
INSERT INTO batch_members VALUES(X'01a215b1fb8e7d81963669106f65d71d',X'01a215b1fb8e7d81963669114c1233bc',0,0);
INSERT INTO batch_members VALUES(X'01a215b1fb8e7d81963669106f65d71d',X'01a215b1fb8e7d819636691203bf7059',1,0);
INSERT INTO batch_members VALUES(X'01a215b1fc3679069cd2df9983102495',X'01a215b1fc3679069cd2df9a13f9b52b',0,0);
INSERT INTO batch_members VALUES(X'01a215b1fc837f4489d5ebb2c4d54686',X'01a215b1fc837f4489d5ebb2c68db4e9',0,0);
INSERT INTO batch_members VALUES(X'01a215b1fd0b7d978009fbdf885c58fc',X'01a215b1fd0b7d978009fbe04fa0945e',0,0);
INSERT INTO batch_members VALUES(X'01a215b1fd2073cd94b3419ad3d2de44',X'01a215b1fd2073cd94b3419bb545b9bc',0,0);
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
INSERT INTO attempts VALUES(X'01a215b1fb8e7d81963669114c1233bc',1,'worker-15090-f13aa41c',1795660315547716,1795660315627349,'complete',NULL,2,7,7,0,0,0,2791,2,'[]');
INSERT INTO attempts VALUES(X'01a215b1fb8e7d819636691203bf7059',1,'worker-15090-f13aa41c',1795660315639550,1795660315679462,'complete',NULL,3,13,13,0,0,0,4623,3,'[]');
INSERT INTO attempts VALUES(X'01a215b1fc3679069cd2df9a13f9b52b',1,'worker-15090-f13aa41c',1795660315711479,1795660315727126,'fail','GET 127.0.0.1:39889/payments answered 401 Unauthorized: send the demo''s token as `Authorization: Bearer <token>`. Check the connection''s credentials, and renew them if they have expired',0,0,0,0,0,0,102,1,'[]');
INSERT INTO attempts VALUES(X'01a215b1fc837f4489d5ebb2c68db4e9',1,'worker-15090-f13aa41c',1795660315787514,NULL,NULL,NULL,1,5,5,0,0,0,1471,1,'[]');
CREATE TABLE staged_states (
    sync_id BLOB NOT NULL,
    partition TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (sync_id, partition)
) STRICT;
CREATE TABLE seen_pages (
    sync_id BLOB NOT NULL,
    page INTEGER NOT NULL,
    ordinals BLOB NOT NULL,
    PRIMARY KEY (sync_id, page)
) STRICT;
INSERT INTO seen_pages VALUES(X'01a215b1fc837f4489d5ebb2c68db4e9',1,X'0100000000000000000000003a30000001000000000004001000000001000200030004000500');
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
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','1',1,X'01a215b1fbc57efc8fef00752035625e','{"id":1,"name":"North Paper AG","email":"accounts0@north-1.example","phone":"+00 288 831312","currency":"CHF","credit_limit":25500.0,"payment_terms_days":14,"tax_id":"CH885451260","address":{"street":"Limmatquai 81","city":"Zürich","postal_code":"77461","country":"CH"},"status":"active","version":1,"created_at":"2024-04-15T06:51:25Z","updated_at":"2024-05-08T19:53:19Z"}',X'4486e56db43e249c8a9d2c217489983f',1,1795660315589407,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','2',2,X'01a215b1fbc57efc8fef00757ae7563c','{"id":2,"name":"Granite Books AG","email":"accounts0@granite-2.example","phone":"+00 985 750942","currency":"CHF","credit_limit":86500.0,"payment_terms_days":45,"tax_id":"CH161465003","address":{"street":"Limmatquai 123","city":"Zürich","postal_code":"95416","country":"CH"},"status":"on_hold","version":1,"created_at":"2024-07-28T13:42:51Z","updated_at":"2024-08-21T19:49:00Z"}',X'fd38d887097ec83829aa388f102dcf30',2,1795660315589407,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','3',3,X'01a215b1fbc57efc8fef0075d63596a6','{"id":3,"name":"Willow Instruments SARL","email":"accounts0@willow-3.example","phone":"+00 105 535251","currency":"EUR","credit_limit":69500.0,"payment_terms_days":30,"tax_id":"FR608114898","address":{"street":"Rue Mercière 28","city":"Lyon","postal_code":"54636","country":"FR"},"status":"on_hold","version":1,"created_at":"2024-11-09T20:34:17Z","updated_at":"2024-11-13T02:03:09Z"}',X'e5c40fd41a18d974b358db7b9ac96425',3,1795660315589407,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','4',4,X'01a215b1fbc57efc8fef00769963bf8f','{"id":4,"name":"Harbour Trading SARL","email":"accounts0@harbour-4.example","phone":"+00 240 927006","currency":"EUR","credit_limit":27500.0,"payment_terms_days":30,"tax_id":"FR397301657","address":{"street":"Rue Mercière 132","city":"Lyon","postal_code":"11880","country":"FR"},"status":"active","version":1,"created_at":"2025-02-22T03:25:42Z","updated_at":"2025-02-26T04:30:54Z"}',X'4f8490b8bd5a56edaa950d35f41df3cf',4,1795660315589407,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','5',5,X'01a215b1fbc57efc8fef0077423d9213','{"id":5,"name":"North Optics GmbH","email":"accounts0@north-5.example","phone":"+00 787 339468","currency":"EUR","credit_limit":43000.0,"payment_terms_days":60,"tax_id":null,"address":{"street":"Speicherstraße 111","city":"Hamburg","postal_code":"18657","country":"DE"},"status":"active","version":1,"created_at":"2025-06-06T10:17:08Z","updated_at":"2025-06-14T09:01:24Z"}',X'54b04a2a439a00df77b664eab90fdf45',5,1795660315589407,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','6',6,X'01a215b1fbcf783086634486fba42591','{"id":6,"name":"Willow Textiles Ltd","email":"accounts0@willow-6.example","phone":"+00 612 284530","currency":"GBP","credit_limit":2500.0,"payment_terms_days":14,"tax_id":"GB527829315","address":{"street":"Queen Charlotte Street 96","city":"Bristol","postal_code":"69590","country":"GB"},"status":"active","version":1,"created_at":"2025-09-18T17:08:34Z","updated_at":"2025-10-14T17:00:19Z"}',X'f90a4dd06ad0e7cd72dbe4aaad655f9b',6,1795660315599248,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962240a11072e','7',7,X'01a215b1fbcf783086634487a5dcf3aa','{"id":7,"name":"Falcon Energy 株式会社","email":"accounts0@falcon-7.example","phone":"+00 419 149634","currency":"JPY","credit_limit":18500.0,"payment_terms_days":30,"tax_id":"JP541880820","address":{"street":"御堂筋 71","city":"大阪市","postal_code":"72111","country":"JP"},"status":"active","version":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}',X'0877bd0ff98a3b2ab0a7f8f6d82739f3',7,1795660315599248,NULL,NULL,X'01a215b1fb8e7d81963669114c1233bc');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000001',1,X'01a215b1fc0673cc883cef53b3b70f54','{"id":"inv_000000001","customer_id":3,"status":"paid","currency":"EUR","total":3744.08,"amount_due":0.0,"issued_on":"2024-02-27","due_on":"2024-03-28","lines":[{"description":"Freight","quantity":5,"unit_price":469.16},{"description":"Licence","quantity":13,"unit_price":107.56}],"version":1,"created_at":"2024-02-27T03:41:32Z","updated_at":"2024-03-06T13:23:46Z"}',X'bb67a4aaccca687f23096e46b532fc9a',1,1795660315654365,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000002',2,X'01a215b1fc0673cc883cef540d0b9679','{"id":"inv_000000002","customer_id":6,"status":"partially_paid","currency":"GBP","total":507.28,"amount_due":253.64,"issued_on":"2024-04-23","due_on":"2024-05-23","lines":[{"description":"Paper, A4","quantity":17,"unit_price":29.84}],"version":1,"created_at":"2024-04-23T07:23:04Z","updated_at":"2024-04-30T17:42:36Z"}',X'c97b7b23d3f90f1b3926f6c4c8405243',2,1795660315654365,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000003',3,X'01a215b1fc0673cc883cef544ce3f882','{"id":"inv_000000003","customer_id":4,"status":"paid","currency":"EUR","total":2633.8,"amount_due":0.0,"issued_on":"2024-06-18","due_on":"2024-07-18","lines":[{"description":"Paper, A4","quantity":10,"unit_price":263.38}],"version":1,"created_at":"2024-06-18T11:04:36Z","updated_at":"2024-07-16T22:35:15Z"}',X'5e6d98777e5de342d7401d6b7e138b1a',3,1795660315654365,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000004',4,X'01a215b1fc0673cc883cef54cc056b92','{"id":"inv_000000004","customer_id":5,"status":"paid","currency":"EUR","total":4281.8,"amount_due":0.0,"issued_on":"2024-08-13","due_on":"2024-09-12","lines":[{"description":"Consulting","quantity":10,"unit_price":395.31},{"description":"Licence","quantity":10,"unit_price":32.87}],"version":1,"created_at":"2024-08-13T14:46:09Z","updated_at":"2024-08-16T20:24:21Z"}',X'fdc06315f9338492596439e1e867845e',4,1795660315654365,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000005',5,X'01a215b1fc0673cc883cef556fefbcc8','{"id":"inv_000000005","customer_id":2,"status":"partially_paid","currency":"CHF","total":5954.71,"amount_due":2977.35,"issued_on":"2024-10-08","due_on":"2024-11-07","lines":[{"description":"Licence","quantity":19,"unit_price":33.03},{"description":"Training","quantity":13,"unit_price":409.78}],"version":1,"created_at":"2024-10-08T18:27:41Z","updated_at":"2024-11-06T01:50:44Z"}',X'25a62ee621f0002c0a3ef1b113927e61',5,1795660315654365,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000006',6,X'01a215b1fc107f3d804d63d8776b59ac','{"id":"inv_000000006","customer_id":6,"status":"partially_paid","currency":"GBP","total":1434.06,"amount_due":717.03,"issued_on":"2024-12-03","due_on":"2025-01-02","lines":[{"description":"Hosting","quantity":10,"unit_price":97.67},{"description":"Paper, A4","quantity":2,"unit_price":228.68}],"version":1,"created_at":"2024-12-03T22:09:13Z","updated_at":"2024-12-16T15:11:27Z"}',X'326b9cbf4b7418935bc5be6b2e022bff',6,1795660315664323,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000007',7,X'01a215b1fc107f3d804d63d96136c062','{"id":"inv_000000007","customer_id":5,"status":"paid","currency":"EUR","total":2185.98,"amount_due":0.0,"issued_on":"2025-01-29","due_on":"2025-02-28","lines":[{"description":"Hosting","quantity":6,"unit_price":364.33}],"version":1,"created_at":"2025-01-29T01:50:46Z","updated_at":"2025-02-14T13:38:44Z"}',X'6982e7ceea4027c2d4e156827ab1003d',7,1795660315664323,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000008',8,X'01a215b1fc107f3d804d63d98c9d6642','{"id":"inv_000000008","customer_id":2,"status":"draft","currency":"CHF","total":3612.6,"amount_due":3612.6,"issued_on":"2025-03-26","due_on":"2025-04-25","lines":[{"description":"Paper, A4","quantity":12,"unit_price":301.05}],"version":1,"created_at":"2025-03-26T05:32:18Z","updated_at":"2025-04-16T01:40:24Z"}',X'7453d9e69eb53b8287c26cafc2f704cf',8,1795660315664323,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000009',9,X'01a215b1fc107f3d804d63d99fd29b6e','{"id":"inv_000000009","customer_id":5,"status":"open","currency":"EUR","total":1112.8,"amount_due":1112.8,"issued_on":"2025-05-21","due_on":"2025-06-20","lines":[{"description":"Hosting","quantity":1,"unit_price":331.0},{"description":"Repair","quantity":12,"unit_price":65.15}],"version":1,"created_at":"2025-05-21T09:13:50Z","updated_at":"2025-06-15T21:47:02Z"}',X'ce02af102e17438451b7446dafa1e3ba',9,1795660315664323,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000010',10,X'01a215b1fc107f3d804d63d9cac1a5bb','{"id":"inv_000000010","customer_id":4,"status":"paid","currency":"EUR","total":1833.8,"amount_due":0.0,"issued_on":"2025-07-16","due_on":"2025-08-15","lines":[{"description":"Repair","quantity":4,"unit_price":321.09},{"description":"Training","quantity":8,"unit_price":68.68}],"version":1,"created_at":"2025-07-16T12:55:23Z","updated_at":"2025-08-09T12:31:11Z"}',X'33e998c1459b5f60338ba7fb238b72bb',10,1795660315664323,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000011',11,X'01a215b1fc177a688fc1345070ace76b','{"id":"inv_000000011","customer_id":5,"status":"paid","currency":"EUR","total":852.72,"amount_due":0.0,"issued_on":"2025-09-10","due_on":"2025-10-10","lines":[{"description":"Repair","quantity":4,"unit_price":213.18}],"version":1,"created_at":"2025-09-10T16:36:55Z","updated_at":"2025-09-15T19:50:56Z"}',X'01b327fe3faf9c02c5b4158ed9992f09',11,1795660315671833,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000012',12,X'01a215b1fc177a688fc134512c126898','{"id":"inv_000000012","customer_id":5,"status":"open","currency":"EUR","total":2335.8,"amount_due":2335.8,"issued_on":"2025-11-05","due_on":"2025-12-05","lines":[{"description":"Paper, A4","quantity":18,"unit_price":31.5},{"description":"Freight","quantity":6,"unit_price":294.8}],"version":1,"created_at":"2025-11-05T20:18:27Z","updated_at":"2025-11-19T12:34:15Z"}',X'88825211331f32cefd8bce7edc70cb19',12,1795660315671833,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a68339622440c36cb4','inv_000000013',13,X'01a215b1fc177a688fc13451d2d07397','{"id":"inv_000000013","customer_id":6,"status":"open","currency":"GBP","total":528.03,"amount_due":528.03,"issued_on":"2026-01-01","due_on":"2026-01-31","lines":[{"description":"Steel rods","quantity":6,"unit_price":15.66},{"description":"Training","quantity":7,"unit_price":62.01}],"version":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}',X'3eedaf1b7f9a091bc89056c08f8b425d',13,1795660315671833,NULL,NULL,X'01a215b1fb8e7d819636691203bf7059');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962251f848d98','pay_000000001',1,X'01a215b1fc9a73e8998ac11419dd42ca','{"id":"pay_000000001","invoice_id":"inv_000000013","customer_id":6,"amount":528.03,"currency":"GBP","method":"cheque","status":"pending","reference":"RF98-494BE85F","received_on":"2024-03-08","version":1,"created_at":"2024-03-08T08:43:38Z","updated_at":"2024-03-08T08:43:38Z"}',X'ff6cc155f4d059990a4c2b2567f37972',1,1795660315802475,NULL,NULL,X'01a215b1fc837f4489d5ebb2c68db4e9');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962251f848d98','pay_000000002',2,X'01a215b1fc9a73e8998ac1148604b98d','{"id":"pay_000000002","invoice_id":"inv_000000006","customer_id":6,"amount":1434.06,"currency":"GBP","method":"cheque","status":"pending","reference":"RF05-DF988EA2","received_on":"2024-05-13","version":1,"created_at":"2024-05-13T17:27:16Z","updated_at":"2024-05-13T17:27:16Z"}',X'4d95cdd85a312ece772349c9608a42ed',2,1795660315802475,NULL,NULL,X'01a215b1fc837f4489d5ebb2c68db4e9');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962251f848d98','pay_000000003',3,X'01a215b1fc9a73e8998ac114f570656a','{"id":"pay_000000003","invoice_id":"inv_000000002","customer_id":6,"amount":507.28,"currency":"GBP","method":"bank_transfer","status":"pending","reference":"RF62-BF281326","received_on":"2024-07-19","version":1,"created_at":"2024-07-19T02:10:54Z","updated_at":"2024-07-19T02:10:54Z"}',X'049b71df81cfbfc4f05b44e517d04953',3,1795660315802475,NULL,NULL,X'01a215b1fc837f4489d5ebb2c68db4e9');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962251f848d98','pay_000000004',4,X'01a215b1fc9a73e8998ac115320c88f5','{"id":"pay_000000004","invoice_id":"inv_000000005","customer_id":2,"amount":5954.71,"currency":"CHF","method":"card","status":"settled","reference":"RF24-64CCA255","received_on":"2024-09-23","version":1,"created_at":"2024-09-23T10:54:32Z","updated_at":"2024-09-23T10:54:32Z"}',X'e6611acf9fcff4186ba6e3bba87e7a33',4,1795660315802475,NULL,NULL,X'01a215b1fc837f4489d5ebb2c68db4e9');
INSERT INTO records VALUES(X'01a215b1fb7b70a6833962251f848d98','pay_000000005',5,X'01a215b1fc9a73e8998ac11577c29514','{"id":"pay_000000005","invoice_id":"inv_000000005","customer_id":2,"amount":5954.71,"currency":"CHF","method":"bank_transfer","status":"pending","reference":"RF38-E21F4B20","received_on":"2024-11-28","version":1,"created_at":"2024-11-28T19:38:10Z","updated_at":"2024-11-28T19:38:10Z"}',X'86fab4098f573fcd6724184c67830b52',5,1795660315802475,NULL,NULL,X'01a215b1fc837f4489d5ebb2c68db4e9');
CREATE INDEX tokens_of_organization ON tokens (organization_id, id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX connections_of_organization ON connections (organization_id, id) WHERE deleted_at IS NULL;
CREATE INDEX connections_to_purge ON connections (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX models_of_connection ON models (connection_id, id);
CREATE INDEX models_by_next_sync ON models (next_sync_at) WHERE next_sync_at IS NOT NULL;
CREATE INDEX batches_of_connection ON batches (connection_id);
CREATE UNIQUE INDEX syncs_turn ON syncs (model_id) WHERE status IN ('queued', 'running', 'pending_retry');
CREATE UNIQUE INDEX syncs_waiting ON syncs (model_id, scope) WHERE status = 'scheduled';
CREATE INDEX syncs_queued_of_organization ON syncs (organization_id, due_at, id) WHERE status = 'queued';
CREATE INDEX syncs_due ON syncs (due_at, id) WHERE status IN ('scheduled', 'pending_retry');
CREATE INDEX syncs_leases ON syncs (lease_expires_at) WHERE status = 'running';
CREATE INDEX syncs_of_organization ON syncs (organization_id, status, id);
CREATE INDEX syncs_of_connection ON syncs (connection_id, status, id);
CREATE INDEX syncs_of_model_by_status ON syncs (model_id, status, id);
CREATE INDEX syncs_of_model ON syncs (model_id, id);
CREATE INDEX syncs_of_batch ON syncs (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX batch_members_of_sync ON batch_members (sync_id);
CREATE UNIQUE INDEX records_feed ON records (model_id, number);
CREATE UNIQUE INDEX records_by_id ON records (id);
COMMIT;
