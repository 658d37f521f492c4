//! An event as it stands in its row.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use syncline_domain::{ConnectionId, EventId, ModelId, Status, SyncId, TransitionKind};

use super::Event;
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;

/// The columns of [`EventRow`], of a table that is called `e`.
pub(super) const COLUMNS: &str = "e.id, e.number, e.created_at, e.connection_id, e.model_id, \
    e.sync_id, e.attempt, e.transition, e.from_status, e.to_status, e.error";

#[derive(QueryableByName)]
pub(super) struct EventRow {
    #[diesel(sql_type = Uid)]
    id: EventId,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(sql_type = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Uid)]
    connection_id: ConnectionId,
    #[diesel(sql_type = Uid)]
    model_id: ModelId,
    #[diesel(sql_type = Uid)]
    sync_id: SyncId,
    #[diesel(sql_type = Integer)]
    attempt: i32,
    #[diesel(sql_type = Nullable<Text>)]
    transition: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    from_status: Option<String>,
    #[diesel(sql_type = Text)]
    to_status: String,
    #[diesel(sql_type = Nullable<Text>)]
    error: Option<String>,
}

impl EventRow {
    pub(super) fn into_event(self) -> Result<Event, StoreError> {
        let Self {
            id,
            number,
            created_at,
            connection_id,
            model_id,
            sync_id,
            attempt,
            transition,
            from_status,
            to_status,
            error,
        } = self;
        Ok(Event {
            id,
            number,
            created_at,
            connection_id,
            model_id,
            sync_id,
            attempt,
            transition: transition.as_deref().map(transition_of).transpose()?,
            from: from_status.as_deref().map(status_of).transpose()?,
            to: status_of(&to_status)?,
            error,
        })
    }
}

fn transition_of(text: &str) -> Result<TransitionKind, StoreError> {
    TransitionKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::Corrupt(format!("`{text}` is no transition")))
}

fn status_of(text: &str) -> Result<Status, StoreError> {
    text.parse()
        .map_err(|error| StoreError::Corrupt(format!("an event's status: {error}")))
}
