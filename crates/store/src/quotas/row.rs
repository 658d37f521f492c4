//! A bucket in its row.

use chrono::{DateTime, Duration, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable};
use syncline_domain::ConnectionId;
use syncline_domain::quota::Bucket;

use crate::db::types::Instant;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

#[derive(QueryableByName)]
struct QuotaRow {
    #[diesel(sql_type = Nullable<BigInt>)]
    request_limit: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    remaining: Option<i64>,
    #[diesel(sql_type = Nullable<Instant>)]
    resets_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_told: bool,
    #[diesel(sql_type = Nullable<BigInt>)]
    window_millis: Option<i64>,
    #[diesel(sql_type = Nullable<Instant>)]
    blocked_until: Option<DateTime<Utc>>,
    #[diesel(sql_type = Instant)]
    heard_at: DateTime<Utc>,
}

impl Tx<'_> {
    /// The bucket of a connection, locked when it is to be written.
    pub(super) fn find_bucket(
        &mut self,
        id: ConnectionId,
        is_locked: bool,
    ) -> Result<Option<Bucket>, StoreError> {
        let lock = if is_locked && self.is_postgres() {
            " FOR UPDATE"
        } else {
            ""
        };
        let row: Option<QuotaRow> = Sql::new(format!(
            "SELECT request_limit, remaining, resets_at, is_told, window_millis, blocked_until, \
             heard_at FROM quotas WHERE connection_id = ?{lock}"
        ))
        .id(id.uuid())
        .find(self)?;
        Ok(row.map(|row| {
            let QuotaRow {
                request_limit,
                remaining,
                resets_at,
                is_told,
                window_millis,
                blocked_until,
                heard_at,
            } = row;
            Bucket {
                limit: request_limit,
                remaining,
                resets_at,
                is_told,
                window: window_millis.and_then(Duration::try_milliseconds),
                blocked_until,
                heard_at,
            }
        }))
    }

    /// Makes a row of which nothing is known, if there is none; nothing happens when the
    /// connection is gone.
    pub(super) fn insert_bucket(&mut self, id: ConnectionId) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "INSERT INTO quotas (connection_id, is_told, heard_at) SELECT id, ?, ? \
             FROM connections WHERE id = ? AND deleted_at IS NULL \
             ON CONFLICT (connection_id) DO NOTHING",
        )
        .flag(false)
        .time(now)
        .id(id.uuid())
        .run(self)?;
        Ok(())
    }

    pub(super) fn update_bucket(
        &mut self,
        id: ConnectionId,
        bucket: &Bucket,
    ) -> Result<(), StoreError> {
        let held_until = bucket.held(self.now()).map(|held| held.until());
        let Bucket {
            limit,
            remaining,
            resets_at,
            is_told,
            window,
            blocked_until,
            heard_at,
        } = bucket;
        Sql::new(
            "UPDATE quotas SET request_limit = ?, remaining = ?, resets_at = ?, is_told = ?, \
             window_millis = ?, blocked_until = ?, heard_at = ?, held_until = ? \
             WHERE connection_id = ?",
        )
        .opt_big(*limit)
        .opt_big(*remaining)
        .opt_time(*resets_at)
        .flag(*is_told)
        .opt_big(window.map(|window| window.num_milliseconds()))
        .opt_time(*blocked_until)
        .time(*heard_at)
        .opt_time(held_until)
        .id(id.uuid())
        .run(self)?;
        Ok(())
    }

    /// Forgets what is known of a connection's quota: another account may stand behind it now, or
    /// somebody wants the provider asked all the same.
    pub(crate) fn delete_bucket(&mut self, id: ConnectionId) -> Result<(), StoreError> {
        Sql::new("DELETE FROM quotas WHERE connection_id = ?")
            .id(id.uuid())
            .run(self)?;
        Ok(())
    }
}
