//! A sync as it stands in its row.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
use syncline_domain::retry::Spent;
use syncline_domain::scope::Scope;
use syncline_domain::state::{Fingerprint, PaginationState, Position, Progress};
use syncline_domain::{
    BatchId, ConnectionId, Lifecycle, LifecycleParts, ModelId, OrganizationId, Status, Sync, SyncId,
};

use crate::db::types::{Instant, Json, JsonText, Uid};
use crate::error::StoreError;
use crate::runs::Phase;
use crate::runs::coverage::Coverage;

/// The columns of [`SyncRow`], of a table that is called `s`.
pub(crate) const COLUMNS: &str = "s.id, s.organization_id, s.connection_id, s.model_id, \
    s.batch_id, s.scope, s.is_one_off, s.is_initial_sync, s.status, s.attempt, s.error, s.due_at, \
    s.started_at, s.completed_at, s.created_at, s.modified_at, s.timerange_start, \
    s.timerange_end, s.pagination_state, s.position_fingerprint, s.fingerprint, \
    s.progress_slice, s.progress_request, s.progress_record, s.consecutive_failures, \
    s.total_retries, s.furthest_slice, s.furthest_request, s.furthest_record, s.parked_since, \
    s.manifest_hash, s.is_full_pass, s.phase, s.coverage, s.sweep_after, s.worker, \
    s.lease_expires_at";

/// A row of `syncs`, whole.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct SyncRow {
    #[diesel(sql_type = Uid)]
    id: SyncId,
    #[diesel(sql_type = Uid)]
    organization_id: OrganizationId,
    #[diesel(sql_type = Uid)]
    connection_id: ConnectionId,
    #[diesel(sql_type = Uid)]
    model_id: ModelId,
    #[diesel(sql_type = Nullable<Uid>)]
    batch_id: Option<BatchId>,
    #[diesel(sql_type = Text)]
    scope: String,
    #[diesel(sql_type = Bool)]
    is_one_off: bool,
    #[diesel(sql_type = Bool)]
    is_initial_sync: bool,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
    #[diesel(sql_type = Instant)]
    due_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Instant>)]
    started_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Instant>)]
    completed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Instant>)]
    modified_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Instant>)]
    timerange_start: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Instant>)]
    timerange_end: Option<DateTime<Utc>>,
    #[diesel(sql_type = Json)]
    pagination_state: JsonText,
    #[diesel(sql_type = Nullable<Text>)]
    position_fingerprint: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    fingerprint: Option<String>,
    #[diesel(sql_type = BigInt)]
    progress_slice: i64,
    #[diesel(sql_type = BigInt)]
    progress_request: i64,
    #[diesel(sql_type = BigInt)]
    progress_record: i64,
    #[diesel(sql_type = Integer)]
    consecutive_failures: i32,
    #[diesel(sql_type = Integer)]
    total_retries: i32,
    #[diesel(sql_type = BigInt)]
    furthest_slice: i64,
    #[diesel(sql_type = BigInt)]
    furthest_request: i64,
    #[diesel(sql_type = BigInt)]
    furthest_record: i64,
    #[diesel(sql_type = Nullable<Instant>)]
    parked_since: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    manifest_hash: Option<String>,
    #[diesel(sql_type = Bool)]
    is_full_pass: bool,
    #[diesel(sql_type = Text)]
    phase: String,
    #[diesel(sql_type = Nullable<Text>)]
    coverage: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    sweep_after: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    worker: Option<String>,
    #[diesel(sql_type = Nullable<Instant>)]
    lease_expires_at: Option<DateTime<Utc>>,
}

/// What a run needs to know beyond the sync that callers see.
#[derive(Debug, Clone)]
pub(crate) struct RunFacts {
    /// Where the last page left off.
    pub(crate) position: Option<Position>,
    /// Set once it is settled.
    pub(crate) manifest_hash: Option<String>,
    /// What its states belong to, once it is settled.
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Whether its pages are remembered as seen.
    pub(crate) is_full_pass: bool,
    /// What is left to be done.
    pub(crate) phase: Phase,
    /// What its end said about records that it did not see.
    pub(crate) coverage: Option<Coverage>,
    /// How far the sweep is.
    pub(crate) sweep_after: Option<String>,
    /// Who holds the lease.
    pub(crate) worker: Option<String>,
    /// Until when.
    pub(crate) lease_expires_at: Option<DateTime<Utc>>,
}

impl SyncRow {
    /// Its model.
    pub(crate) fn model_id(&self) -> ModelId {
        self.model_id
    }

    /// What its run needs to know.
    pub(crate) fn run_facts(&self) -> Result<RunFacts, StoreError> {
        let position = match &self.position_fingerprint {
            None => None,
            Some(fingerprint) => Some(Position {
                pagination_state: pagination_state(&self.pagination_state.0)?,
                fingerprint: Fingerprint::new(fingerprint.as_str()),
                progress: Progress {
                    slice: self.progress_slice,
                    request: self.progress_request,
                    record: self.progress_record,
                },
            }),
        };
        Ok(RunFacts {
            position,
            manifest_hash: self.manifest_hash.clone(),
            fingerprint: self.fingerprint.as_deref().map(Fingerprint::new),
            is_full_pass: self.is_full_pass,
            phase: Phase::parse(&self.phase)?,
            coverage: self
                .coverage
                .as_deref()
                .map(Coverage::from_text)
                .transpose()?,
            sweep_after: self.sweep_after.clone(),
            worker: self.worker.clone(),
            lease_expires_at: self.lease_expires_at,
        })
    }

    /// The sync as callers see it. Every column is named, so that none is forgotten.
    pub(crate) fn into_sync(self) -> Result<Sync, StoreError> {
        let Self {
            id,
            organization_id,
            connection_id,
            model_id,
            batch_id,
            scope,
            is_one_off,
            is_initial_sync,
            status,
            attempt,
            error,
            due_at,
            started_at,
            completed_at,
            created_at,
            modified_at,
            timerange_start,
            timerange_end,
            pagination_state: state,
            position_fingerprint: _,
            fingerprint: _,
            progress_slice: _,
            progress_request: _,
            progress_record: _,
            consecutive_failures,
            total_retries,
            furthest_slice,
            furthest_request,
            furthest_record,
            parked_since,
            manifest_hash: _,
            is_full_pass: _,
            phase: _,
            coverage: _,
            sweep_after: _,
            worker: _,
            lease_expires_at: _,
        } = self;
        let furthest = Progress {
            slice: furthest_slice,
            request: furthest_request,
            record: furthest_record,
        };
        let spent = Spent {
            consecutive: consecutive_failures,
            total: total_retries,
            furthest,
            parked_since,
        };
        let lifecycle = Lifecycle::restore(LifecycleParts {
            status: status.parse::<Status>().map_err(corrupt)?,
            attempt,
            spent,
            error,
            due_at,
            started_at,
            completed_at,
        })
        .map_err(corrupt)?;
        Ok(Sync {
            id,
            organization_id,
            connection_id,
            model_id,
            batch_id,
            scope: scope.parse::<Scope>().map_err(corrupt)?,
            is_one_off,
            is_initial_sync,
            lifecycle,
            pagination_state: pagination_state(&state.0)?,
            created_at,
            modified_at,
            timerange_start,
            timerange_end,
        })
    }
}

fn pagination_state(text: &str) -> Result<PaginationState, StoreError> {
    PaginationState::new(serde_json::from_str(text).map_err(corrupt)?).map_err(corrupt)
}

fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

/// What an update over many syncs gives back of each.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct MovedRow {
    #[diesel(sql_type = Uid)]
    pub(crate) id: SyncId,
    #[diesel(sql_type = Uid)]
    pub(crate) model_id: ModelId,
    #[diesel(sql_type = Uid)]
    pub(crate) connection_id: ConnectionId,
    #[diesel(sql_type = Uid)]
    pub(crate) organization_id: OrganizationId,
    #[diesel(sql_type = Integer)]
    pub(crate) attempt: i32,
}
