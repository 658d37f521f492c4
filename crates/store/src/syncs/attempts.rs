//! The runs of a sync.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use syncline_domain::attempt::{Attempt, AttemptOutcome, Counters, Warning};
use syncline_domain::{OrganizationId, SyncId};

use crate::db::types::{Instant, Json, JsonText, Uid};
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Its attempts, first one first. The key is the attempt's number.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the sync.
    pub fn list_attempts_of_sync(
        &mut self,
        organization_id: OrganizationId,
        id: SyncId,
        page: PageRequest<i32>,
    ) -> Result<PageOf<Attempt, i32>, StoreError> {
        if self.find_sync(organization_id, id)?.is_none() {
            return Err(StoreError::NotFound {
                what: "sync",
                id: id.to_string(),
            });
        }
        let rows: Vec<AttemptRow> = Sql::new(
            "SELECT sync_id, number, worker, started_at, ended_at, outcome, error, pages, \
             records, added, changed, unchanged, deleted, bytes, requests, warnings \
             FROM attempts WHERE sync_id = ? AND number > ? ORDER BY number LIMIT ?",
        )
        .id(id.uuid())
        .int(page.after.unwrap_or(0))
        .big(page.one_more())
        .load(self)?;
        let items = rows
            .into_iter()
            .map(AttemptRow::into_attempt)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(items, |attempt| attempt.number))
    }
}

/// Warnings as they are stored.
pub(crate) fn warnings_of(text: &str) -> Result<Vec<Warning>, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::Corrupt(format!("warnings of an attempt: {error}")))
}

#[derive(QueryableByName)]
struct AttemptRow {
    #[diesel(sql_type = Uid)]
    sync_id: SyncId,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Text)]
    worker: String,
    #[diesel(sql_type = Instant)]
    started_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Instant>)]
    ended_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    outcome: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
    #[diesel(sql_type = BigInt)]
    pages: i64,
    #[diesel(sql_type = BigInt)]
    records: i64,
    #[diesel(sql_type = BigInt)]
    added: i64,
    #[diesel(sql_type = BigInt)]
    changed: i64,
    #[diesel(sql_type = BigInt)]
    unchanged: i64,
    #[diesel(sql_type = BigInt)]
    deleted: i64,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
    #[diesel(sql_type = BigInt)]
    requests: i64,
    #[diesel(sql_type = Json)]
    warnings: JsonText,
}

impl AttemptRow {
    fn into_attempt(self) -> Result<Attempt, StoreError> {
        let Self {
            sync_id,
            number,
            worker,
            started_at,
            ended_at,
            outcome,
            error,
            pages,
            records,
            added,
            changed,
            unchanged,
            deleted,
            bytes,
            requests,
            warnings,
        } = self;
        Ok(Attempt {
            sync_id,
            number,
            worker,
            started_at,
            ended_at,
            outcome: outcome.as_deref().map(outcome_of).transpose()?,
            error,
            counters: Counters {
                pages,
                records,
                added,
                changed,
                unchanged,
                deleted,
                bytes,
                requests,
            },
            warnings: warnings_of(&warnings.0)?,
        })
    }
}

fn outcome_of(text: &str) -> Result<AttemptOutcome, StoreError> {
    AttemptOutcome::ALL
        .into_iter()
        .find(|outcome| outcome.as_str() == text)
        .ok_or_else(|| StoreError::Corrupt(format!("`{text}` is no outcome of an attempt")))
}
