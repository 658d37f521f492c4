//! One kind of object of a connection.

use chrono::{DateTime, Duration, Utc};

use crate::schedule::Timetable;
use crate::{ConnectionId, ModelId, OrganizationId};

/// How far back a sync reads again by default, to catch rows that were committed late.
pub const DEFAULT_OVERLAP: Duration = Duration::minutes(5);

/// The longest overlap: 366 days.
pub const MAX_OVERLAP: Duration = Duration::days(366);

/// A model: customers, invoices, payments.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// The tenant that owns it.
    pub organization_id: OrganizationId,
    /// The connection that it belongs to.
    pub connection_id: ConnectionId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub modified_at: Option<DateTime<Utc>>,
    /// The connector's name for it.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// Whether a request without `models`, or its schedule, syncs it.
    pub is_read_enabled: bool,
    /// Why the connector cannot sync it; `None` when it can.
    pub unsupported_reason: Option<String>,
    /// Its own schedule.
    pub schedule: Option<Timetable>,
    /// When the schedule was set: what an interval counts from.
    pub schedule_anchor: Option<DateTime<Utc>>,
    /// When the schedule makes its next sync: `None` while model or connection are disabled. A time
    /// that is past waits for a scheduler.
    pub next_sync_at: Option<DateTime<Utc>>,
    /// How far back each sync reads again.
    pub overlap: Duration,
    /// Whether a plain or full-refresh sync of it has completed.
    pub is_synced: bool,
}

impl Model {
    /// Whether its connector can sync it.
    pub fn is_sync_supported(&self) -> bool {
        self.unsupported_reason.is_none()
    }
}
