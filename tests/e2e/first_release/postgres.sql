-- A database of release 0.1.0, with data in it, for the test of upgrades (../tests/end_to_end/upgrade.rs).
-- token: syncline_rGPOZ6Bjy61Dl2EMIPoBQe2jLcKrKnpi8kxY4uRAA9A
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
-- Name: __diesel_schema_migrations; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.__diesel_schema_migrations (
    version character varying(50) NOT NULL,
    run_on timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
-- Name: attempts; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.attempts (
    sync_id uuid NOT NULL,
    number integer NOT NULL,
    worker text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    outcome text,
    error text,
    pages bigint DEFAULT 0 NOT NULL,
    records bigint DEFAULT 0 NOT NULL,
    added bigint DEFAULT 0 NOT NULL,
    changed bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    deleted bigint DEFAULT 0 NOT NULL,
    bytes bigint DEFAULT 0 NOT NULL,
    requests bigint DEFAULT 0 NOT NULL,
    warnings json DEFAULT '[]'::json NOT NULL,
    CONSTRAINT attempts_check CHECK (((ended_at IS NULL) = (outcome IS NULL))),
    CONSTRAINT attempts_number_check CHECK ((number > 0)),
    CONSTRAINT attempts_outcome_check CHECK ((outcome = ANY (ARRAY['complete'::text, 'retry'::text, 'park'::text, 'release'::text, 'rescue'::text, 'fail'::text, 'cancel'::text])))
);
-- Name: batch_members; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.batch_members (
    batch_id uuid NOT NULL,
    sync_id uuid NOT NULL,
    "position" integer NOT NULL,
    is_joined boolean NOT NULL
);
-- Name: batches; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.batches (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL
);
-- Name: connections; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.connections (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    modified_at timestamp with time zone,
    name text NOT NULL,
    provider_name text NOT NULL,
    api_url text,
    is_on_premise boolean NOT NULL,
    company text,
    environment text,
    is_sync_disabled boolean DEFAULT false NOT NULL,
    config json NOT NULL,
    sealed_secrets bytea,
    secret_names json NOT NULL,
    health_healthy boolean,
    health_authentication_required boolean DEFAULT false NOT NULL,
    health_message text,
    health_status_code integer,
    health_suggested_resolution text,
    health_timestamp timestamp with time zone,
    deleted_at timestamp with time zone
);
-- Name: idempotency_keys; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.idempotency_keys (
    organization_id uuid NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status integer NOT NULL,
    headers json NOT NULL,
    body text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT idempotency_keys_request_hash_check CHECK ((length(request_hash) = 32)),
    CONSTRAINT idempotency_keys_status_check CHECK (((status >= 200) AND (status <= 299)))
);
-- Name: manifests; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.manifests (
    hash text NOT NULL,
    provider_name text NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
-- Name: model_feeds; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.model_feeds (
    model_id uuid NOT NULL,
    last_number bigint DEFAULT 0 NOT NULL,
    live_records bigint DEFAULT 0 NOT NULL,
    purged_through bigint DEFAULT 0 NOT NULL,
    CONSTRAINT model_feeds_live_records_check CHECK ((live_records >= 0))
);
-- Name: model_states; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.model_states (
    model_id uuid NOT NULL,
    partition text NOT NULL,
    fingerprint text NOT NULL,
    state json NOT NULL,
    modified_at timestamp with time zone NOT NULL
);
-- Name: models; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.models (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    modified_at timestamp with time zone,
    name text NOT NULL,
    display_name text NOT NULL,
    is_read_enabled boolean NOT NULL,
    unsupported_reason text,
    schedule_seconds bigint,
    schedule_cron text,
    schedule_zone text,
    schedule_anchor timestamp with time zone,
    next_sync_at timestamp with time zone,
    overlap_seconds bigint NOT NULL,
    is_synced boolean DEFAULT false NOT NULL,
    suspects bytea,
    CONSTRAINT models_check CHECK (((unsupported_reason IS NULL) OR (NOT is_read_enabled))),
    CONSTRAINT models_check1 CHECK (((schedule_seconds IS NULL) OR (schedule_cron IS NULL))),
    CONSTRAINT models_check2 CHECK (((schedule_cron IS NULL) = (schedule_zone IS NULL))),
    CONSTRAINT models_check3 CHECK ((((schedule_seconds IS NULL) AND (schedule_cron IS NULL)) = (schedule_anchor IS NULL))),
    CONSTRAINT models_check4 CHECK (((next_sync_at IS NULL) OR (schedule_anchor IS NOT NULL))),
    CONSTRAINT models_overlap_seconds_check CHECK ((overlap_seconds >= 0)),
    CONSTRAINT models_schedule_seconds_check CHECK ((schedule_seconds > 0))
);
-- Name: organizations; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.organizations (
    id uuid NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone NOT NULL
);
-- Name: records; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.records (
    model_id uuid NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    ordinal bigint NOT NULL,
    id uuid NOT NULL,
    data json NOT NULL,
    hash bytea NOT NULL,
    number bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    modified_at timestamp with time zone,
    deleted_at timestamp with time zone,
    sync_id uuid NOT NULL
);
-- Name: seen_pages; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.seen_pages (
    sync_id uuid NOT NULL,
    page bigint NOT NULL,
    ordinals bytea NOT NULL
);
-- Name: settings; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.settings (
    key text NOT NULL,
    value text NOT NULL
);
-- Name: staged_states; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.staged_states (
    sync_id uuid NOT NULL,
    partition text NOT NULL,
    fingerprint text NOT NULL,
    state json NOT NULL
);
-- Name: syncs; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.syncs (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    connection_id uuid NOT NULL,
    model_id uuid NOT NULL,
    batch_id uuid,
    scope text NOT NULL,
    is_one_off boolean NOT NULL,
    is_initial_sync boolean NOT NULL,
    status text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    error text,
    due_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    modified_at timestamp with time zone,
    started_at timestamp with time zone,
    completed_at timestamp with time zone,
    timerange_start timestamp with time zone,
    timerange_end timestamp with time zone,
    pagination_state json DEFAULT '{}'::json NOT NULL,
    position_fingerprint text,
    progress_slice bigint DEFAULT 0 NOT NULL,
    progress_request bigint DEFAULT 0 NOT NULL,
    progress_record bigint DEFAULT 0 NOT NULL,
    consecutive_failures integer DEFAULT 0 NOT NULL,
    total_retries integer DEFAULT 0 NOT NULL,
    furthest_slice bigint DEFAULT 0 NOT NULL,
    furthest_request bigint DEFAULT 0 NOT NULL,
    furthest_record bigint DEFAULT 0 NOT NULL,
    parked_since timestamp with time zone,
    manifest_hash text,
    fingerprint text,
    is_full_pass boolean DEFAULT false NOT NULL,
    phase text DEFAULT 'read'::text NOT NULL,
    coverage text,
    sweep_after text COLLATE pg_catalog."C",
    worker text,
    lease_expires_at timestamp with time zone,
    CONSTRAINT syncs_attempt_check CHECK ((attempt >= 0)),
    CONSTRAINT syncs_check CHECK (((attempt > 0) = (started_at IS NOT NULL))),
    CONSTRAINT syncs_check1 CHECK (((status = ANY (ARRAY['complete'::text, 'failed'::text, 'cancelled'::text])) = (completed_at IS NOT NULL))),
    CONSTRAINT syncs_check2 CHECK (((error IS NULL) OR (status = ANY (ARRAY['pending_retry'::text, 'failed'::text])))),
    CONSTRAINT syncs_check3 CHECK (((error IS NOT NULL) OR (status <> 'failed'::text))),
    CONSTRAINT syncs_check4 CHECK (((attempt = 0) OR (status <> 'scheduled'::text))),
    CONSTRAINT syncs_check5 CHECK (((attempt > 0) OR (status <> ALL (ARRAY['running'::text, 'pending_retry'::text, 'complete'::text, 'failed'::text])))),
    CONSTRAINT syncs_check6 CHECK (((status = 'running'::text) = (worker IS NOT NULL))),
    CONSTRAINT syncs_check7 CHECK (((status = 'running'::text) = (lease_expires_at IS NOT NULL))),
    CONSTRAINT syncs_check8 CHECK (((manifest_hash IS NULL) = (fingerprint IS NULL))),
    CONSTRAINT syncs_consecutive_failures_check CHECK ((consecutive_failures >= 0)),
    CONSTRAINT syncs_phase_check CHECK ((phase = ANY (ARRAY['read'::text, 'sweep'::text]))),
    CONSTRAINT syncs_status_check CHECK ((status = ANY (ARRAY['scheduled'::text, 'queued'::text, 'running'::text, 'pending_retry'::text, 'complete'::text, 'failed'::text, 'cancelled'::text]))),
    CONSTRAINT syncs_total_retries_check CHECK ((total_retries >= 0))
);
-- Name: tokens; Type: TABLE; Schema: public; Owner: -
CREATE TABLE public.tokens (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_used_at timestamp with time zone,
    CONSTRAINT tokens_sha256_check CHECK ((length(sha256) = 32))
);
-- Data for Name: __diesel_schema_migrations; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.__diesel_schema_migrations VALUES ('20261123000001', '2026-11-26 02:32:03.047309');
-- Data for Name: attempts; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.attempts VALUES ('01a215b2-19c0-7ba0-9b51-dae7eed562b6', 1, 'worker-15471-8d0ea910', '2026-11-26 02:32:03.267685+00', '2026-11-26 02:32:03.393312+00', 'complete', NULL, 2, 7, 7, 0, 0, 0, 2791, 2, '[]');
INSERT INTO public.attempts VALUES ('01a215b2-19c0-7ba0-9b51-dae80ebe793d', 1, 'worker-15471-8d0ea910', '2026-11-26 02:32:03.397193+00', '2026-11-26 02:32:03.419899+00', 'complete', NULL, 3, 13, 13, 0, 0, 0, 4623, 3, '[]');
INSERT INTO public.attempts VALUES ('01a215b2-1a6e-7051-8088-348213497b4b', 1, 'worker-15471-8d0ea910', '2026-11-26 02:32:03.440924+00', '2026-11-26 02:32:03.451964+00', 'fail', 'GET 127.0.0.1:42017/payments answered 401 Unauthorized: send the demo''s token as `Authorization: Bearer <token>`. Check the connection''s credentials, and renew them if they have expired', 0, 0, 0, 0, 0, 0, 102, 1, '[]');
INSERT INTO public.attempts VALUES ('01a215b2-1a93-76fa-8ff1-26db6cdbb105', 1, 'worker-15471-8d0ea910', '2026-11-26 02:32:03.476816+00', NULL, NULL, NULL, 1, 5, 5, 0, 0, 0, 1471, 1, '[]');
-- Data for Name: batch_members; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.batch_members VALUES ('01a215b2-19c0-7ba0-9b51-dae79e142b82', '01a215b2-19c0-7ba0-9b51-dae7eed562b6', 0, false);
INSERT INTO public.batch_members VALUES ('01a215b2-19c0-7ba0-9b51-dae79e142b82', '01a215b2-19c0-7ba0-9b51-dae80ebe793d', 1, false);
INSERT INTO public.batch_members VALUES ('01a215b2-1a6e-7051-8088-34820d4637be', '01a215b2-1a6e-7051-8088-348213497b4b', 0, false);
INSERT INTO public.batch_members VALUES ('01a215b2-1a93-76fa-8ff1-26da9252389f', '01a215b2-1a93-76fa-8ff1-26db6cdbb105', 0, false);
INSERT INTO public.batch_members VALUES ('01a215b2-1b97-7484-9ccd-49cf07ad0bcc', '01a215b2-1b97-7484-9ccd-49cf3a111b2e', 0, false);
INSERT INTO public.batch_members VALUES ('01a215b2-1bb5-7b4e-85e5-4966362361e7', '01a215b2-1bb5-7b4e-85e5-49668a4d6292', 0, false);
-- Data for Name: batches; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.batches VALUES ('01a215b2-19c0-7ba0-9b51-dae79e142b82', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.264676+00');
INSERT INTO public.batches VALUES ('01a215b2-1a6e-7051-8088-34820d4637be', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.438187+00');
INSERT INTO public.batches VALUES ('01a215b2-1a93-76fa-8ff1-26da9252389f', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.475243+00');
INSERT INTO public.batches VALUES ('01a215b2-1b97-7484-9ccd-49cf07ad0bcc', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.735601+00');
INSERT INTO public.batches VALUES ('01a215b2-1bb5-7b4e-85e5-4966362361e7', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.765097+00');
-- Data for Name: connections; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.connections VALUES ('01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-199c-7e88-9334-e22b40fc74ea', '2026-11-26 02:32:03.253709+00', '2026-11-26 02:32:03.458188+00', 'Books', 'demo', NULL, false, NULL, NULL, false, '{"base_url":"http://127.0.0.1:42017","page_size":5}', '\x013f7e3d084004b3372cd44b592ff6c8467c358ae3bfee4bdcb5e733028e709c6b7c6904af03ee24681841fda476e257d310c60eabfe283b', '["/api_token"]', false, true, 'GET 127.0.0.1:42017/payments answered 401 Unauthorized: send the demo''s token as `Authorization: Bearer <token>`. Check the connection''s credentials, and renew them if they have expired', 401, 'Give the connection a valid credential, then sync again.', '2026-11-26 02:32:03.453639+00', NULL);
-- Data for Name: idempotency_keys; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: manifests; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.manifests VALUES ('ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2', 'demo', '# The demo provider of Syncline (`syncline demo`): customers, invoices and payments of a made-up
# company. Three streams, three paging styles.
#
# Each stream is read incrementally on `updated_at`. Such a read sees what was added and changed.
# It cannot see what was deleted: a deleted row is simply no longer in the lists. A full refresh,
# which reads everything, does see deletes, since it knows that what it did not meet is gone.
version: 6.0.0
type: DeclarativeSource
check:
  type: CheckStream
  stream_names:
    - customers
definitions:
  requester:
    type: HttpRequester
    url_base: "{{ config[''base_url''] }}"
    http_method: GET
    authenticator:
      type: BearerAuthenticator
      api_token: "{{ config[''api_token''] }}"
  selector:
    type: RecordSelector
    extractor:
      type: DpathExtractor
      field_path:
        - data
  # `updated_since` is inclusive, so the row at the boundary is read again and found unchanged.
  incremental_sync:
    type: DatetimeBasedCursor
    cursor_field: updated_at
    datetime_format: "%Y-%m-%dT%H:%M:%SZ"
    start_datetime:
      type: MinMaxDatetime
      datetime: "{{ config[''start_date''] or ''2020-01-01T00:00:00Z'' }}"
      datetime_format: "%Y-%m-%dT%H:%M:%SZ"
    start_time_option:
      type: RequestOption
      inject_into: request_parameter
      field_name: updated_since
streams:
  - type: DeclarativeStream
    name: customers
    primary_key:
      - id
    incremental_sync:
      $ref: "#/definitions/incremental_sync"
    retriever:
      type: SimpleRetriever
      requester:
        $ref: "#/definitions/requester"
        path: /customers
      record_selector:
        $ref: "#/definitions/selector"
      paginator:
        type: DefaultPaginator
        pagination_strategy:
          type: PageIncrement
          start_from_page: 1
          page_size: "{{ config[''page_size''] or 100 }}"
        page_token_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: page
        page_size_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: per_page
    schema_loader:
      type: InlineSchemaLoader
      schema:
        $schema: http://json-schema.org/draft-07/schema#
        type: object
        additionalProperties: true
        properties:
          id: { type: integer }
          name: { type: string }
          email: { type: string }
          phone: { type: string }
          currency: { type: string }
          credit_limit: { type: number }
          payment_terms_days: { type: integer }
          tax_id: { type: [string, "null"] }
          address:
            type: object
            properties:
              street: { type: string }
              city: { type: string }
              postal_code: { type: string }
              country: { type: string }
          status: { type: string }
          version: { type: integer }
          created_at: { type: string, format: date-time }
          updated_at: { type: string, format: date-time }
  - type: DeclarativeStream
    name: invoices
    primary_key:
      - id
    incremental_sync:
      $ref: "#/definitions/incremental_sync"
    retriever:
      type: SimpleRetriever
      requester:
        $ref: "#/definitions/requester"
        path: /invoices
      record_selector:
        $ref: "#/definitions/selector"
      paginator:
        type: DefaultPaginator
        pagination_strategy:
          type: OffsetIncrement
          page_size: "{{ config[''page_size''] or 100 }}"
        page_token_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: offset
        page_size_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: limit
    schema_loader:
      type: InlineSchemaLoader
      schema:
        $schema: http://json-schema.org/draft-07/schema#
        type: object
        additionalProperties: true
        properties:
          id: { type: string }
          customer_id: { type: integer }
          status: { type: string }
          currency: { type: string }
          total: { type: number }
          amount_due: { type: number }
          issued_on: { type: string, format: date }
          due_on: { type: string, format: date }
          lines:
            type: array
            items:
              type: object
              properties:
                description: { type: string }
                quantity: { type: integer }
                unit_price: { type: number }
          version: { type: integer }
          created_at: { type: string, format: date-time }
          updated_at: { type: string, format: date-time }
  - type: DeclarativeStream
    name: payments
    primary_key:
      - id
    incremental_sync:
      $ref: "#/definitions/incremental_sync"
    retriever:
      type: SimpleRetriever
      requester:
        $ref: "#/definitions/requester"
        path: /payments
      record_selector:
        $ref: "#/definitions/selector"
      paginator:
        type: DefaultPaginator
        pagination_strategy:
          type: CursorPagination
          cursor_value: "{{ response[''next_cursor''] }}"
          stop_condition: "{{ not response[''has_more''] }}"
          page_size: "{{ config[''page_size''] or 100 }}"
        page_token_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: cursor
        page_size_option:
          type: RequestOption
          inject_into: request_parameter
          field_name: limit
    schema_loader:
      type: InlineSchemaLoader
      schema:
        $schema: http://json-schema.org/draft-07/schema#
        type: object
        additionalProperties: true
        properties:
          id: { type: string }
          invoice_id: { type: string }
          customer_id: { type: integer }
          amount: { type: number }
          currency: { type: string }
          method: { type: string }
          status: { type: string }
          reference: { type: string }
          received_on: { type: string, format: date }
          version: { type: integer }
          created_at: { type: string, format: date-time }
          updated_at: { type: string, format: date-time }
spec:
  type: Spec
  connection_specification:
    $schema: http://json-schema.org/draft-07/schema#
    title: Syncline demo provider
    type: object
    required:
      - base_url
      - api_token
    additionalProperties: true
    properties:
      base_url:
        type: string
        title: Base URL
        description: Where the demo provider listens, for example http://127.0.0.1:8090
        order: 0
      api_token:
        type: string
        title: API token
        description: The token that the demo provider was started with.
        airbyte_secret: true
        order: 1
      page_size:
        type: integer
        title: Page size
        description: How many records to ask for at once.
        minimum: 1
        maximum: 1000
        default: 100
        order: 2
      start_date:
        type: string
        title: Start date
        description: Records that were last updated before this are not read.
        format: date-time
        pattern: ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$
        default: "2020-01-01T00:00:00Z"
        order: 3
', '2026-11-26 02:32:03.30928+00');
-- Data for Name: model_feeds; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.model_feeds VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', 7, 7, 0);
INSERT INTO public.model_feeds VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 13, 13, 0);
INSERT INTO public.model_feeds VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', 5, 5, 0);
-- Data for Name: model_states; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.model_states VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '', 'd9993d6660d4ca362714ea41b67d89a175d68f9359b243b58ee6d7d002ea0925', '{"updated_at":"2026-01-01T00:00:00Z"}', '2026-11-26 02:32:03.393312+00');
INSERT INTO public.model_states VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', '', '6f0d7fa70ccc227a69605203d002d0814fb865dd35fe804dc73a0133e2d0508b', '{"updated_at":"2026-01-01T00:00:00Z"}', '2026-11-26 02:32:03.419899+00');
-- Data for Name: models; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.models VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.253709+00', NULL, 'payments', 'payments', true, NULL, NULL, NULL, NULL, NULL, NULL, 300, false, NULL);
INSERT INTO public.models VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.253709+00', NULL, 'customers', 'customers', true, NULL, NULL, NULL, NULL, NULL, NULL, 300, true, NULL);
INSERT INTO public.models VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '2026-11-26 02:32:03.253709+00', '2026-11-26 02:32:03.468749+00', 'invoices', 'invoices', true, NULL, 31536000, NULL, NULL, '2026-11-26 02:32:03.468749+00', '2027-11-26 02:32:03.468749+00', 300, true, NULL);
-- Data for Name: organizations; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.organizations VALUES ('01a215b2-199c-7e88-9334-e22b40fc74ea', 'acme', '2026-11-26 02:32:03.22885+00');
-- Data for Name: records; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '1', 1, '01a215b2-1a07-7ece-909b-dd8ba848b533', '{"id":1,"name":"North Paper AG","email":"accounts0@north-1.example","phone":"+00 288 831312","currency":"CHF","credit_limit":25500.0,"payment_terms_days":14,"tax_id":"CH885451260","address":{"street":"Limmatquai 81","city":"Zürich","postal_code":"77461","country":"CH"},"status":"active","version":1,"created_at":"2024-04-15T06:51:25Z","updated_at":"2024-05-08T19:53:19Z"}', '\x4486e56db43e249c8a9d2c217489983f', 1, '2026-11-26 02:32:03.335836+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '2', 2, '01a215b2-1a07-7ece-909b-dd8be068e14f', '{"id":2,"name":"Granite Books AG","email":"accounts0@granite-2.example","phone":"+00 985 750942","currency":"CHF","credit_limit":86500.0,"payment_terms_days":45,"tax_id":"CH161465003","address":{"street":"Limmatquai 123","city":"Zürich","postal_code":"95416","country":"CH"},"status":"on_hold","version":1,"created_at":"2024-07-28T13:42:51Z","updated_at":"2024-08-21T19:49:00Z"}', '\xfd38d887097ec83829aa388f102dcf30', 2, '2026-11-26 02:32:03.335836+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '3', 3, '01a215b2-1a07-7ece-909b-dd8cb3f44cdd', '{"id":3,"name":"Willow Instruments SARL","email":"accounts0@willow-3.example","phone":"+00 105 535251","currency":"EUR","credit_limit":69500.0,"payment_terms_days":30,"tax_id":"FR608114898","address":{"street":"Rue Mercière 28","city":"Lyon","postal_code":"54636","country":"FR"},"status":"on_hold","version":1,"created_at":"2024-11-09T20:34:17Z","updated_at":"2024-11-13T02:03:09Z"}', '\xe5c40fd41a18d974b358db7b9ac96425', 3, '2026-11-26 02:32:03.335836+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '4', 4, '01a215b2-1a07-7ece-909b-dd8d7a5d9d4d', '{"id":4,"name":"Harbour Trading SARL","email":"accounts0@harbour-4.example","phone":"+00 240 927006","currency":"EUR","credit_limit":27500.0,"payment_terms_days":30,"tax_id":"FR397301657","address":{"street":"Rue Mercière 132","city":"Lyon","postal_code":"11880","country":"FR"},"status":"active","version":1,"created_at":"2025-02-22T03:25:42Z","updated_at":"2025-02-26T04:30:54Z"}', '\x4f8490b8bd5a56edaa950d35f41df3cf', 4, '2026-11-26 02:32:03.335836+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '5', 5, '01a215b2-1a07-7ece-909b-dd8df87e855c', '{"id":5,"name":"North Optics GmbH","email":"accounts0@north-5.example","phone":"+00 787 339468","currency":"EUR","credit_limit":43000.0,"payment_terms_days":60,"tax_id":null,"address":{"street":"Speicherstraße 111","city":"Hamburg","postal_code":"18657","country":"DE"},"status":"active","version":1,"created_at":"2025-06-06T10:17:08Z","updated_at":"2025-06-14T09:01:24Z"}', '\x54b04a2a439a00df77b664eab90fdf45', 5, '2026-11-26 02:32:03.335836+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '6', 6, '01a215b2-1a19-7ed5-9ab8-82bd18747817', '{"id":6,"name":"Willow Textiles Ltd","email":"accounts0@willow-6.example","phone":"+00 612 284530","currency":"GBP","credit_limit":2500.0,"payment_terms_days":14,"tax_id":"GB527829315","address":{"street":"Queen Charlotte Street 96","city":"Bristol","postal_code":"69590","country":"GB"},"status":"active","version":1,"created_at":"2025-09-18T17:08:34Z","updated_at":"2025-10-14T17:00:19Z"}', '\xf90a4dd06ad0e7cd72dbe4aaad655f9b', 6, '2026-11-26 02:32:03.353531+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4cd5a8c38', '7', 7, '01a215b2-1a19-7ed5-9ab8-82be02e2ca46', '{"id":7,"name":"Falcon Energy 株式会社","email":"accounts0@falcon-7.example","phone":"+00 419 149634","currency":"JPY","credit_limit":18500.0,"payment_terms_days":30,"tax_id":"JP541880820","address":{"street":"御堂筋 71","city":"大阪市","postal_code":"72111","country":"JP"},"status":"active","version":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}', '\x0877bd0ff98a3b2ab0a7f8f6d82739f3', 7, '2026-11-26 02:32:03.353531+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae7eed562b6');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000001', 1, '01a215b2-1a51-7b05-8e24-10384ae8308d', '{"id":"inv_000000001","customer_id":3,"status":"paid","currency":"EUR","total":3744.08,"amount_due":0.0,"issued_on":"2024-02-27","due_on":"2024-03-28","lines":[{"description":"Freight","quantity":5,"unit_price":469.16},{"description":"Licence","quantity":13,"unit_price":107.56}],"version":1,"created_at":"2024-02-27T03:41:32Z","updated_at":"2024-03-06T13:23:46Z"}', '\xbb67a4aaccca687f23096e46b532fc9a', 1, '2026-11-26 02:32:03.409595+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000002', 2, '01a215b2-1a51-7b05-8e24-103886f3c005', '{"id":"inv_000000002","customer_id":6,"status":"partially_paid","currency":"GBP","total":507.28,"amount_due":253.64,"issued_on":"2024-04-23","due_on":"2024-05-23","lines":[{"description":"Paper, A4","quantity":17,"unit_price":29.84}],"version":1,"created_at":"2024-04-23T07:23:04Z","updated_at":"2024-04-30T17:42:36Z"}', '\xc97b7b23d3f90f1b3926f6c4c8405243', 2, '2026-11-26 02:32:03.409595+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000003', 3, '01a215b2-1a51-7b05-8e24-1039129688a3', '{"id":"inv_000000003","customer_id":4,"status":"paid","currency":"EUR","total":2633.8,"amount_due":0.0,"issued_on":"2024-06-18","due_on":"2024-07-18","lines":[{"description":"Paper, A4","quantity":10,"unit_price":263.38}],"version":1,"created_at":"2024-06-18T11:04:36Z","updated_at":"2024-07-16T22:35:15Z"}', '\x5e6d98777e5de342d7401d6b7e138b1a', 3, '2026-11-26 02:32:03.409595+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000004', 4, '01a215b2-1a51-7b05-8e24-103941c0204b', '{"id":"inv_000000004","customer_id":5,"status":"paid","currency":"EUR","total":4281.8,"amount_due":0.0,"issued_on":"2024-08-13","due_on":"2024-09-12","lines":[{"description":"Consulting","quantity":10,"unit_price":395.31},{"description":"Licence","quantity":10,"unit_price":32.87}],"version":1,"created_at":"2024-08-13T14:46:09Z","updated_at":"2024-08-16T20:24:21Z"}', '\xfdc06315f9338492596439e1e867845e', 4, '2026-11-26 02:32:03.409595+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000005', 5, '01a215b2-1a51-7b05-8e24-1039682eb3b4', '{"id":"inv_000000005","customer_id":2,"status":"partially_paid","currency":"CHF","total":5954.71,"amount_due":2977.35,"issued_on":"2024-10-08","due_on":"2024-11-07","lines":[{"description":"Licence","quantity":19,"unit_price":33.03},{"description":"Training","quantity":13,"unit_price":409.78}],"version":1,"created_at":"2024-10-08T18:27:41Z","updated_at":"2024-11-06T01:50:44Z"}', '\x25a62ee621f0002c0a3ef1b113927e61', 5, '2026-11-26 02:32:03.409595+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000006', 6, '01a215b2-1a55-7981-89f0-8da2a45143d5', '{"id":"inv_000000006","customer_id":6,"status":"partially_paid","currency":"GBP","total":1434.06,"amount_due":717.03,"issued_on":"2024-12-03","due_on":"2025-01-02","lines":[{"description":"Hosting","quantity":10,"unit_price":97.67},{"description":"Paper, A4","quantity":2,"unit_price":228.68}],"version":1,"created_at":"2024-12-03T22:09:13Z","updated_at":"2024-12-16T15:11:27Z"}', '\x326b9cbf4b7418935bc5be6b2e022bff', 6, '2026-11-26 02:32:03.413864+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000007', 7, '01a215b2-1a55-7981-89f0-8da399dfa971', '{"id":"inv_000000007","customer_id":5,"status":"paid","currency":"EUR","total":2185.98,"amount_due":0.0,"issued_on":"2025-01-29","due_on":"2025-02-28","lines":[{"description":"Hosting","quantity":6,"unit_price":364.33}],"version":1,"created_at":"2025-01-29T01:50:46Z","updated_at":"2025-02-14T13:38:44Z"}', '\x6982e7ceea4027c2d4e156827ab1003d', 7, '2026-11-26 02:32:03.413864+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000008', 8, '01a215b2-1a55-7981-89f0-8da451b9bee7', '{"id":"inv_000000008","customer_id":2,"status":"draft","currency":"CHF","total":3612.6,"amount_due":3612.6,"issued_on":"2025-03-26","due_on":"2025-04-25","lines":[{"description":"Paper, A4","quantity":12,"unit_price":301.05}],"version":1,"created_at":"2025-03-26T05:32:18Z","updated_at":"2025-04-16T01:40:24Z"}', '\x7453d9e69eb53b8287c26cafc2f704cf', 8, '2026-11-26 02:32:03.413864+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000009', 9, '01a215b2-1a55-7981-89f0-8da551a00dcd', '{"id":"inv_000000009","customer_id":5,"status":"open","currency":"EUR","total":1112.8,"amount_due":1112.8,"issued_on":"2025-05-21","due_on":"2025-06-20","lines":[{"description":"Hosting","quantity":1,"unit_price":331.0},{"description":"Repair","quantity":12,"unit_price":65.15}],"version":1,"created_at":"2025-05-21T09:13:50Z","updated_at":"2025-06-15T21:47:02Z"}', '\xce02af102e17438451b7446dafa1e3ba', 9, '2026-11-26 02:32:03.413864+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000010', 10, '01a215b2-1a55-7981-89f0-8da5ecfbf271', '{"id":"inv_000000010","customer_id":4,"status":"paid","currency":"EUR","total":1833.8,"amount_due":0.0,"issued_on":"2025-07-16","due_on":"2025-08-15","lines":[{"description":"Repair","quantity":4,"unit_price":321.09},{"description":"Training","quantity":8,"unit_price":68.68}],"version":1,"created_at":"2025-07-16T12:55:23Z","updated_at":"2025-08-09T12:31:11Z"}', '\x33e998c1459b5f60338ba7fb238b72bb', 10, '2026-11-26 02:32:03.413864+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000011', 11, '01a215b2-1a58-7a4b-8406-6767f5d7e904', '{"id":"inv_000000011","customer_id":5,"status":"paid","currency":"EUR","total":852.72,"amount_due":0.0,"issued_on":"2025-09-10","due_on":"2025-10-10","lines":[{"description":"Repair","quantity":4,"unit_price":213.18}],"version":1,"created_at":"2025-09-10T16:36:55Z","updated_at":"2025-09-15T19:50:56Z"}', '\x01b327fe3faf9c02c5b4158ed9992f09', 11, '2026-11-26 02:32:03.416415+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000012', 12, '01a215b2-1a58-7a4b-8406-6768398bbbfb', '{"id":"inv_000000012","customer_id":5,"status":"open","currency":"EUR","total":2335.8,"amount_due":2335.8,"issued_on":"2025-11-05","due_on":"2025-12-05","lines":[{"description":"Paper, A4","quantity":18,"unit_price":31.5},{"description":"Freight","quantity":6,"unit_price":294.8}],"version":1,"created_at":"2025-11-05T20:18:27Z","updated_at":"2025-11-19T12:34:15Z"}', '\x88825211331f32cefd8bce7edc70cb19', 12, '2026-11-26 02:32:03.416415+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b4daa63e10', 'inv_000000013', 13, '01a215b2-1a58-7a4b-8406-6768d54d9909', '{"id":"inv_000000013","customer_id":6,"status":"open","currency":"GBP","total":528.03,"amount_due":528.03,"issued_on":"2026-01-01","due_on":"2026-01-31","lines":[{"description":"Steel rods","quantity":6,"unit_price":15.66},{"description":"Training","quantity":7,"unit_price":62.01}],"version":1,"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}', '\x3eedaf1b7f9a091bc89056c08f8b425d', 13, '2026-11-26 02:32:03.416415+00', NULL, NULL, '01a215b2-19c0-7ba0-9b51-dae80ebe793d');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', 'pay_000000001', 1, '01a215b2-1a9e-75cf-8fb6-be64832f2174', '{"id":"pay_000000001","invoice_id":"inv_000000013","customer_id":6,"amount":528.03,"currency":"GBP","method":"cheque","status":"pending","reference":"RF98-494BE85F","received_on":"2024-03-08","version":1,"created_at":"2024-03-08T08:43:38Z","updated_at":"2024-03-08T08:43:38Z"}', '\xff6cc155f4d059990a4c2b2567f37972', 1, '2026-11-26 02:32:03.486453+00', NULL, NULL, '01a215b2-1a93-76fa-8ff1-26db6cdbb105');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', 'pay_000000002', 2, '01a215b2-1a9e-75cf-8fb6-be64cf7d19f4', '{"id":"pay_000000002","invoice_id":"inv_000000006","customer_id":6,"amount":1434.06,"currency":"GBP","method":"cheque","status":"pending","reference":"RF05-DF988EA2","received_on":"2024-05-13","version":1,"created_at":"2024-05-13T17:27:16Z","updated_at":"2024-05-13T17:27:16Z"}', '\x4d95cdd85a312ece772349c9608a42ed', 2, '2026-11-26 02:32:03.486453+00', NULL, NULL, '01a215b2-1a93-76fa-8ff1-26db6cdbb105');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', 'pay_000000003', 3, '01a215b2-1a9e-75cf-8fb6-be65000186d1', '{"id":"pay_000000003","invoice_id":"inv_000000002","customer_id":6,"amount":507.28,"currency":"GBP","method":"bank_transfer","status":"pending","reference":"RF62-BF281326","received_on":"2024-07-19","version":1,"created_at":"2024-07-19T02:10:54Z","updated_at":"2024-07-19T02:10:54Z"}', '\x049b71df81cfbfc4f05b44e517d04953', 3, '2026-11-26 02:32:03.486453+00', NULL, NULL, '01a215b2-1a93-76fa-8ff1-26db6cdbb105');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', 'pay_000000004', 4, '01a215b2-1a9e-75cf-8fb6-be65eba60858', '{"id":"pay_000000004","invoice_id":"inv_000000005","customer_id":2,"amount":5954.71,"currency":"CHF","method":"card","status":"settled","reference":"RF24-64CCA255","received_on":"2024-09-23","version":1,"created_at":"2024-09-23T10:54:32Z","updated_at":"2024-09-23T10:54:32Z"}', '\xe6611acf9fcff4186ba6e3bba87e7a33', 4, '2026-11-26 02:32:03.486453+00', NULL, NULL, '01a215b2-1a93-76fa-8ff1-26db6cdbb105');
INSERT INTO public.records VALUES ('01a215b2-19b5-717f-929f-a7b5c3dadd0e', 'pay_000000005', 5, '01a215b2-1a9e-75cf-8fb6-be66249755e8', '{"id":"pay_000000005","invoice_id":"inv_000000005","customer_id":2,"amount":5954.71,"currency":"CHF","method":"bank_transfer","status":"pending","reference":"RF38-E21F4B20","received_on":"2024-11-28","version":1,"created_at":"2024-11-28T19:38:10Z","updated_at":"2024-11-28T19:38:10Z"}', '\x86fab4098f573fcd6724184c67830b52', 5, '2026-11-26 02:32:03.486453+00', NULL, NULL, '01a215b2-1a93-76fa-8ff1-26db6cdbb105');
-- Data for Name: seen_pages; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.seen_pages VALUES ('01a215b2-1a93-76fa-8ff1-26db6cdbb105', 1, '\x0100000000000000000000003a30000001000000000004001000000001000200030004000500');
-- Data for Name: settings; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.settings VALUES ('master_key_fingerprint', '0b6bb41d5b4e9ba55453f846314a7b94');
-- Data for Name: staged_states; Type: TABLE DATA; Schema: public; Owner: -
-- Data for Name: syncs; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.syncs VALUES ('01a215b2-1a6e-7051-8088-348213497b4b', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-19b5-717f-929f-a7b5c3dadd0e', '01a215b2-1a6e-7051-8088-34820d4637be', '{}', true, true, 'failed', 1, 'GET 127.0.0.1:42017/payments answered 401 Unauthorized: send the demo''s token as `Authorization: Bearer <token>`. Check the connection''s credentials, and renew them if they have expired', '2026-11-26 02:32:03.438187+00', '2026-11-26 02:32:03.438187+00', '2026-11-26 02:32:03.451964+00', '2026-11-26 02:32:03.440924+00', '2026-11-26 02:32:03.451964+00', '2020-01-01 00:00:00+00', '2026-11-26 02:32:03.443615+00', '{}', NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, 'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2', 'bedd7c9c00fc65e47e930ab061d68be9114017af1091324d02feac78482797ac', true, 'read', NULL, NULL, NULL, NULL);
INSERT INTO public.syncs VALUES ('01a215b2-19c0-7ba0-9b51-dae7eed562b6', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-19b5-717f-929f-a7b4cd5a8c38', '01a215b2-19c0-7ba0-9b51-dae79e142b82', '{}', true, true, 'complete', 1, NULL, '2026-11-26 02:32:03.264676+00', '2026-11-26 02:32:03.264676+00', '2026-11-26 02:32:03.393312+00', '2026-11-26 02:32:03.267685+00', '2026-11-26 02:32:03.393312+00', '2020-01-01 00:00:00+00', '2026-11-26 02:32:03.281997+00', '{"slice":1,"request":0,"max":"2026-01-01T00:00:00Z","done":true,"full":true}', 'd9993d6660d4ca362714ea41b67d89a175d68f9359b243b58ee6d7d002ea0925', 1, 0, 0, 0, 0, 1, 0, 0, NULL, 'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2', 'd9993d6660d4ca362714ea41b67d89a175d68f9359b243b58ee6d7d002ea0925', true, 'sweep', '{"unseen":"settled"}', NULL, NULL, NULL);
INSERT INTO public.syncs VALUES ('01a215b2-19c0-7ba0-9b51-dae80ebe793d', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-19b5-717f-929f-a7b4daa63e10', '01a215b2-19c0-7ba0-9b51-dae79e142b82', '{}', true, true, 'complete', 1, NULL, '2026-11-26 02:32:03.264676+00', '2026-11-26 02:32:03.264676+00', '2026-11-26 02:32:03.419899+00', '2026-11-26 02:32:03.397193+00', '2026-11-26 02:32:03.419899+00', '2020-01-01 00:00:00+00', '2026-11-26 02:32:03.40007+00', '{"slice":1,"request":0,"max":"2026-01-01T00:00:00Z","done":true,"full":true}', '6f0d7fa70ccc227a69605203d002d0814fb865dd35fe804dc73a0133e2d0508b', 1, 0, 0, 0, 0, 1, 0, 0, NULL, 'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2', '6f0d7fa70ccc227a69605203d002d0814fb865dd35fe804dc73a0133e2d0508b', true, 'sweep', '{"unseen":"settled"}', NULL, NULL, NULL);
INSERT INTO public.syncs VALUES ('01a215b2-1a93-76fa-8ff1-26db6cdbb105', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-19b5-717f-929f-a7b5c3dadd0e', '01a215b2-1a93-76fa-8ff1-26da9252389f', '{}', true, true, 'running', 1, NULL, '2026-11-26 02:32:03.475243+00', '2026-11-26 02:32:03.475243+00', '2026-11-26 02:32:03.486453+00', '2026-11-26 02:32:03.476816+00', NULL, '2020-01-01 00:00:00+00', '2026-11-26 02:32:03.478848+00', '{"slice":0,"window":["2020-01-01T00:00:00.000000Z","2026-11-26T02:32:03.478848Z"],"token":"cur_000000006748c6a200000005","request":1,"max":"2024-11-28T19:38:10Z","full":true}', 'bedd7c9c00fc65e47e930ab061d68be9114017af1091324d02feac78482797ac', 0, 1, 0, 0, 0, 0, 1, 0, NULL, 'ce7724273c9dbc9826fd4f974b82398fd4421a09539df3c848e91bcfb29fbef2', 'bedd7c9c00fc65e47e930ab061d68be9114017af1091324d02feac78482797ac', true, 'read', NULL, NULL, 'worker-15471-8d0ea910', '2026-11-26 02:33:03.486453+00');
INSERT INTO public.syncs VALUES ('01a215b2-1b97-7484-9ccd-49cf3a111b2e', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-19b5-717f-929f-a7b5c3dadd0e', '01a215b2-1b97-7484-9ccd-49cf07ad0bcc', '{}', true, true, 'scheduled', 0, NULL, '2026-11-26 02:32:03.735601+00', '2026-11-26 02:32:03.735601+00', NULL, NULL, NULL, NULL, NULL, '{}', NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, false, 'read', NULL, NULL, NULL, NULL);
INSERT INTO public.syncs VALUES ('01a215b2-1bb5-7b4e-85e5-49668a4d6292', '01a215b2-199c-7e88-9334-e22b40fc74ea', '01a215b2-19b5-717f-929f-a7b45e321163', '01a215b2-19b5-717f-929f-a7b5c3dadd0e', '01a215b2-1bb5-7b4e-85e5-4966362361e7', '{"full_refresh":true}', true, true, 'scheduled', 0, NULL, '2026-11-26 02:32:03.765097+00', '2026-11-26 02:32:03.765097+00', NULL, NULL, NULL, NULL, NULL, '{}', NULL, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, false, 'read', NULL, NULL, NULL, NULL);
-- Data for Name: tokens; Type: TABLE DATA; Schema: public; Owner: -
INSERT INTO public.tokens VALUES ('01a215b2-199c-7e88-9334-e22bbf145627', '01a215b2-199c-7e88-9334-e22b40fc74ea', '\x03e9e1af6cd0901988597405bc5fac1dacba0ba724709951888331ebd3e6880f', '2026-11-26 02:32:03.22885+00', NULL, NULL);
-- Name: __diesel_schema_migrations __diesel_schema_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.__diesel_schema_migrations
    ADD CONSTRAINT __diesel_schema_migrations_pkey PRIMARY KEY (version);
-- Name: attempts attempts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (sync_id, number);
-- Name: batch_members batch_members_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.batch_members
    ADD CONSTRAINT batch_members_pkey PRIMARY KEY (batch_id, sync_id);
-- Name: batches batches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);
-- Name: connections connections_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_pkey PRIMARY KEY (id);
-- Name: idempotency_keys idempotency_keys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, method, path, key);
-- Name: manifests manifests_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.manifests
    ADD CONSTRAINT manifests_pkey PRIMARY KEY (hash);
-- Name: model_feeds model_feeds_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.model_feeds
    ADD CONSTRAINT model_feeds_pkey PRIMARY KEY (model_id);
-- Name: model_states model_states_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.model_states
    ADD CONSTRAINT model_states_pkey PRIMARY KEY (model_id, partition);
-- Name: models models_connection_id_name_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_connection_id_name_key UNIQUE (connection_id, name);
-- Name: models models_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_pkey PRIMARY KEY (id);
-- Name: organizations organizations_name_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_name_key UNIQUE (name);
-- Name: organizations organizations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);
-- Name: records records_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.records
    ADD CONSTRAINT records_pkey PRIMARY KEY (model_id, key);
-- Name: seen_pages seen_pages_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.seen_pages
    ADD CONSTRAINT seen_pages_pkey PRIMARY KEY (sync_id, page);
-- Name: settings settings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (key);
-- Name: staged_states staged_states_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.staged_states
    ADD CONSTRAINT staged_states_pkey PRIMARY KEY (sync_id, partition);
-- Name: syncs syncs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_pkey PRIMARY KEY (id);
-- Name: tokens tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
-- Name: tokens tokens_sha256_key; Type: CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_sha256_key UNIQUE (sha256);
-- Name: batch_members_of_sync; Type: INDEX; Schema: public; Owner: -
CREATE INDEX batch_members_of_sync ON public.batch_members USING btree (sync_id);
-- Name: batches_of_connection; Type: INDEX; Schema: public; Owner: -
CREATE INDEX batches_of_connection ON public.batches USING btree (connection_id);
-- Name: connections_of_organization; Type: INDEX; Schema: public; Owner: -
CREATE INDEX connections_of_organization ON public.connections USING btree (organization_id, id) WHERE (deleted_at IS NULL);
-- Name: connections_to_purge; Type: INDEX; Schema: public; Owner: -
CREATE INDEX connections_to_purge ON public.connections USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
-- Name: idempotency_keys_by_age; Type: INDEX; Schema: public; Owner: -
CREATE INDEX idempotency_keys_by_age ON public.idempotency_keys USING btree (created_at);
-- Name: models_by_next_sync; Type: INDEX; Schema: public; Owner: -
CREATE INDEX models_by_next_sync ON public.models USING btree (next_sync_at) WHERE (next_sync_at IS NOT NULL);
-- Name: models_of_connection; Type: INDEX; Schema: public; Owner: -
CREATE INDEX models_of_connection ON public.models USING btree (connection_id, id);
-- Name: records_by_id; Type: INDEX; Schema: public; Owner: -
CREATE UNIQUE INDEX records_by_id ON public.records USING btree (id);
-- Name: records_feed; Type: INDEX; Schema: public; Owner: -
CREATE UNIQUE INDEX records_feed ON public.records USING btree (model_id, number);
-- Name: syncs_due; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_due ON public.syncs USING btree (due_at, id) WHERE (status = ANY (ARRAY['scheduled'::text, 'pending_retry'::text]));
-- Name: syncs_leases; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_leases ON public.syncs USING btree (lease_expires_at) WHERE (status = 'running'::text);
-- Name: syncs_of_batch; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_of_batch ON public.syncs USING btree (batch_id) WHERE (batch_id IS NOT NULL);
-- Name: syncs_of_connection; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_of_connection ON public.syncs USING btree (connection_id, status, id);
-- Name: syncs_of_model; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_of_model ON public.syncs USING btree (model_id, id);
-- Name: syncs_of_model_by_status; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_of_model_by_status ON public.syncs USING btree (model_id, status, id);
-- Name: syncs_of_organization; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_of_organization ON public.syncs USING btree (organization_id, status, id);
-- Name: syncs_queued_of_organization; Type: INDEX; Schema: public; Owner: -
CREATE INDEX syncs_queued_of_organization ON public.syncs USING btree (organization_id, due_at, id) WHERE (status = 'queued'::text);
-- Name: syncs_turn; Type: INDEX; Schema: public; Owner: -
CREATE UNIQUE INDEX syncs_turn ON public.syncs USING btree (model_id) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'pending_retry'::text]));
-- Name: syncs_waiting; Type: INDEX; Schema: public; Owner: -
CREATE UNIQUE INDEX syncs_waiting ON public.syncs USING btree (model_id, scope) WHERE (status = 'scheduled'::text);
-- Name: tokens_of_organization; Type: INDEX; Schema: public; Owner: -
CREATE INDEX tokens_of_organization ON public.tokens USING btree (organization_id, id);
-- Name: attempts attempts_sync_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_sync_id_fkey FOREIGN KEY (sync_id) REFERENCES public.syncs(id);
-- Name: batch_members batch_members_batch_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.batch_members
    ADD CONSTRAINT batch_members_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.batches(id);
-- Name: batch_members batch_members_sync_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.batch_members
    ADD CONSTRAINT batch_members_sync_id_fkey FOREIGN KEY (sync_id) REFERENCES public.syncs(id);
-- Name: batches batches_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.connections(id);
-- Name: batches batches_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
-- Name: connections connections_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.connections
    ADD CONSTRAINT connections_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
-- Name: idempotency_keys idempotency_keys_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.idempotency_keys
    ADD CONSTRAINT idempotency_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
-- Name: model_feeds model_feeds_model_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.model_feeds
    ADD CONSTRAINT model_feeds_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.models(id);
-- Name: models models_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.connections(id);
-- Name: models models_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
-- Name: syncs syncs_batch_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.batches(id);
-- Name: syncs syncs_connection_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_connection_id_fkey FOREIGN KEY (connection_id) REFERENCES public.connections(id);
-- Name: syncs syncs_manifest_hash_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_manifest_hash_fkey FOREIGN KEY (manifest_hash) REFERENCES public.manifests(hash);
-- Name: syncs syncs_model_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.models(id);
-- Name: syncs syncs_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.syncs
    ADD CONSTRAINT syncs_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
-- Name: tokens tokens_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);
