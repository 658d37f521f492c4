//! The tables that are asked through diesel's query builder. The others (syncs, attempts, batches,
//! records and what belongs to them) are asked in SQL; all columns stand in `migrations/`.
//!
//! For whoever writes `syncs`: a row that leaves `running` clears `worker` and
//! `lease_expires_at`, and sets `manifest_hash` and `fingerprint` together; CHECKs insist on it.

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    organizations (id) {
        id -> Uid,
        name -> Text,
        created_at -> Instant,
        claim_weight -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    tokens (id) {
        id -> Uid,
        organization_id -> Uid,
        sha256 -> Binary,
        created_at -> Instant,
        revoked_at -> Nullable<Instant>,
        last_used_at -> Nullable<Instant>,
        name -> Nullable<Text>,
        scope -> Text,
        connection_ids -> Nullable<Json>,
        expires_at -> Nullable<Instant>,
        previous_sha256 -> Nullable<Binary>,
        previous_expires_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    idempotency_keys (organization_id, method, path, key) {
        organization_id -> Uid,
        method -> Text,
        path -> Text,
        key -> Text,
        request_hash -> Binary,
        status -> Integer,
        headers -> Json,
        body -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    manifests (hash) {
        hash -> Text,
        provider_name -> Text,
        text -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    connections (id) {
        id -> Uid,
        organization_id -> Uid,
        created_at -> Instant,
        modified_at -> Nullable<Instant>,
        name -> Text,
        provider_name -> Text,
        api_url -> Nullable<Text>,
        is_on_premise -> Bool,
        company -> Nullable<Text>,
        environment -> Nullable<Text>,
        is_sync_disabled -> Bool,
        config -> Json,
        secret_names -> Json,
        health_healthy -> Nullable<Bool>,
        health_authentication_required -> Bool,
        health_message -> Nullable<Text>,
        health_status_code -> Nullable<Integer>,
        health_suggested_resolution -> Nullable<Text>,
        health_timestamp -> Nullable<Instant>,
        deleted_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    models (id) {
        id -> Uid,
        organization_id -> Uid,
        connection_id -> Uid,
        created_at -> Instant,
        modified_at -> Nullable<Instant>,
        name -> Text,
        display_name -> Text,
        is_read_enabled -> Bool,
        unsupported_reason -> Nullable<Text>,
        schedule_seconds -> Nullable<BigInt>,
        schedule_cron -> Nullable<Text>,
        schedule_zone -> Nullable<Text>,
        schedule_jitter_seconds -> Nullable<BigInt>,
        schedule_anchor -> Nullable<Instant>,
        next_sync_at -> Nullable<Instant>,
        overlap_seconds -> BigInt,
        is_synced -> Bool,
        suspects -> Nullable<Binary>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::{Instant, Json, Uid};

    model_feeds (model_id) {
        model_id -> Uid,
        last_number -> BigInt,
        live_records -> BigInt,
        purged_through -> BigInt,
    }
}

diesel::joinable!(tokens -> organizations (organization_id));
diesel::joinable!(models -> connections (connection_id));
diesel::allow_tables_to_appear_in_same_query!(organizations, tokens);
diesel::allow_tables_to_appear_in_same_query!(connections, models, model_feeds);
