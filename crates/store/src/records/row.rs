//! A record as it stands in its row.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Nullable, Text};
use serde_json::value::RawValue;
use syncline_domain::{RecordId, SyncId};

use super::{Record, key};
use crate::db::types::{Instant, Json, JsonText, Uid};
use crate::error::StoreError;

/// The columns of [`RecordRow`], of a table that is called `r`.
pub(super) const COLUMNS: &str =
    "r.id, r.key, r.data, r.created_at, r.modified_at, r.deleted_at, r.sync_id, r.number";

#[derive(QueryableByName)]
pub(super) struct RecordRow {
    #[diesel(sql_type = Uid)]
    id: RecordId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Json)]
    data: JsonText,
    #[diesel(sql_type = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Instant>)]
    modified_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Instant>)]
    deleted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Uid)]
    sync_id: SyncId,
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl RecordRow {
    pub(super) fn into_record(self) -> Result<Record, StoreError> {
        let Self {
            id,
            key,
            data,
            created_at,
            modified_at,
            deleted_at,
            sync_id,
            number,
        } = self;
        Ok(Record {
            id,
            key: key::from_stored(key),
            data: RawValue::from_string(data.0)
                .map_err(|error| StoreError::Corrupt(format!("the data of {id}: {error}")))?,
            created_at,
            modified_at,
            deleted_at,
            sync_id,
            number,
        })
    }
}
