//! The history of syncs: an event for every change of a status, written in the transaction of the
//! change, so that there is neither without the other.
//!
//! An event gets its number in the feed of its organization when somebody reads: who reads holds the
//! organization's counter and numbers all that is committed, in the order in which it was written.
//! What commits later gets a higher number, so that a reader skips nothing; and writers, who would
//! wait for each other at a counter, know nothing of it.

mod insert;
mod list;
mod news;
mod number;
mod row;

use chrono::{DateTime, Utc};
use syncline_domain::access::Reach;
use syncline_domain::{
    AttemptNumber, ConnectionId, EventId, ModelId, OrganizationId, Status, SyncId, TransitionKind,
};

pub use news::EventNews;

/// One change of a sync's status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Its place in the feed of its organization.
    pub number: i64,
    /// When the status changed.
    pub created_at: DateTime<Utc>,
    /// The sync's connection.
    pub connection_id: ConnectionId,
    /// The sync's model.
    pub model_id: ModelId,
    /// Which sync.
    pub sync_id: SyncId,
    /// The sync's attempt, then.
    pub attempt: AttemptNumber,
    /// What happened; none: it was made.
    pub transition: Option<TransitionKind>,
    /// What it was; none: it was made.
    pub from: Option<Status>,
    /// What it became.
    pub to: Status,
    /// What went wrong, if something did.
    pub error: Option<String>,
}

/// An event that this transaction makes.
#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub(crate) organization_id: OrganizationId,
    pub(crate) connection_id: ConnectionId,
    pub(crate) model_id: ModelId,
    pub(crate) sync_id: SyncId,
    pub(crate) attempt: AttemptNumber,
    pub(crate) transition: Option<TransitionKind>,
    pub(crate) from: Option<Status>,
    pub(crate) to: Status,
    pub(crate) error: Option<String>,
}

/// Which events; every field narrows.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Of connections that the caller's token reaches.
    pub reach: Reach,
    /// Of this connection.
    pub connection_id: Option<ConnectionId>,
    /// Of this model.
    pub model_id: Option<ModelId>,
    /// Of this sync.
    pub sync_id: Option<SyncId>,
}

/// Some of the feed.
#[derive(Debug, Clone)]
pub struct EventPage {
    /// In the order of the feed.
    pub events: Vec<Event>,
    /// Where to go on, also when nothing came: the number of the last event that was looked at.
    pub cursor: i64,
    /// More events are there already.
    pub has_more: bool,
}
