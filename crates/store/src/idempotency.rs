//! Answers that are given again when a request comes again.

use chrono::{DateTime, Duration, Utc};
use diesel::SelectableHelper;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};
use sha2::{Digest, Sha256};
use syncline_domain::OrganizationId;

use crate::db::connection::MultiBackend;
use crate::db::types::{Id, JsonText, Time};
use crate::error::StoreError;
use crate::schema::idempotency_keys;
use crate::sql::{Sql, json_of};
use crate::tx::Tx;

/// How long an answer is given again.
pub(crate) const KEPT: Duration = Duration::hours(24);
/// Expired answers that go with each new one.
const SWEPT: i64 = 4;

/// Identifies a request: unique by organization, method, path and key.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What the caller sent, 1–255 characters.
    pub key: String,
    /// SHA-256 of the body (and of the query).
    pub request_hash: [u8; 32],
}

/// What was answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers of ours that belong to the answer.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Tx<'_> {
    /// At the beginning of a request's transaction: the stored answer if it was answered before
    /// (kept for 24 h); `None` reserves the key until the end of this transaction.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyMismatch`] when the body was another,
    /// [`StoreError::IdempotencyInFlight`] when another transaction holds the key.
    pub fn begin_idempotent(
        &mut self,
        key: &IdempotencyKey,
    ) -> Result<Option<StoredAnswer>, StoreError> {
        if !self.reserve(key)? {
            return Err(StoreError::IdempotencyInFlight);
        }
        let since = self.now() - KEPT;
        let row: Option<AnswerRow> = idempotency_keys::table
            .find((
                Id::from(key.organization_id),
                &key.method,
                &key.path,
                &key.key,
            ))
            .filter(idempotency_keys::created_at.gt(Time(since)))
            .select(AnswerRow::as_select())
            .first(self.conn())
            .optional()?;
        match row {
            None => Ok(None),
            Some(row) if row.request_hash != key.request_hash => {
                Err(StoreError::IdempotencyMismatch)
            }
            Some(row) => row.into_answer().map(Some),
        }
    }

    /// At its end: keeps the answer, in the transaction of the effect.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn store_answer(
        &mut self,
        key: &IdempotencyKey,
        answer: &StoredAnswer,
    ) -> Result<(), StoreError> {
        let now = self.now();
        // So that the table holds about a day, whoever sweeps besides.
        self.delete_answers(now - KEPT, SWEPT)?;
        let StoredAnswer {
            status,
            headers,
            body,
        } = answer;
        Sql::new(
            "INSERT INTO idempotency_keys (organization_id, method, path, key, request_hash, \
             status, headers, body, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (organization_id, method, path, key) DO UPDATE SET \
             request_hash = excluded.request_hash, status = excluded.status, \
             headers = excluded.headers, body = excluded.body, created_at = excluded.created_at",
        )
        .id(key.organization_id.uuid())
        .text(&key.method)
        .text(&key.path)
        .text(&key.key)
        .blob(key.request_hash.to_vec())
        .int(i32::from(*status))
        .json(json_of(headers)?)
        .text(body)
        .time(now)
        .run(self)?;
        Ok(())
    }

    /// On PostgreSQL by a lock that ends with the transaction. On SQLite there is one writer: a
    /// request that is under way has the database to itself.
    fn reserve(&mut self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        if !self.is_postgres() {
            return Ok(true);
        }
        let is_free: Option<bool> = Sql::new("SELECT pg_try_advisory_xact_lock(?)")
            .big(lock_number(key))
            .rows::<diesel::sql_types::Bool>()
            .find(self)?;
        Ok(is_free.unwrap_or(false))
    }

    /// Removes at most `limit` answers that were given before, the oldest first.
    pub(crate) fn delete_answers(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<usize, StoreError> {
        let key = "organization_id, method, path, key";
        let chosen = "created_at <= ? ORDER BY created_at LIMIT ?";
        self.delete_chosen("idempotency_keys", key, chosen)
            .time(before)
            .big(limit)
            .run(self)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = idempotency_keys, check_for_backend(MultiBackend))]
struct AnswerRow {
    request_hash: Vec<u8>,
    status: i32,
    headers: JsonText,
    body: String,
}

impl AnswerRow {
    fn into_answer(self) -> Result<StoredAnswer, StoreError> {
        let Self {
            request_hash: _,
            status,
            headers,
            body,
        } = self;
        let status = u16::try_from(status)
            .map_err(|_| StoreError::Corrupt(format!("the stored HTTP status {status}")))?;
        let headers = serde_json::from_str(&headers.0)
            .map_err(|error| StoreError::Corrupt(format!("stored headers: {error}")))?;
        Ok(StoredAnswer {
            status,
            headers,
            body,
        })
    }
}

/// Keys that share a number exclude each other while under way, which costs a 409 once in
/// billions of pairs.
fn lock_number(key: &IdempotencyKey) -> i64 {
    let IdempotencyKey {
        organization_id,
        method,
        path,
        key,
        request_hash: _,
    } = key;
    let mut hash = Sha256::new();
    for part in [organization_id.to_string().as_str(), method, path, key] {
        hash.update(part);
        hash.update([0]);
    }
    let hash = hash.finalize();
    let mut number = [0; 8];
    number.copy_from_slice(&hash[..8]);
    i64::from_be_bytes(number)
}
