//! Models, with their schedules.

mod find;
mod insert;
mod refresh;
mod row;
mod schedule;
mod state;
mod update;

use chrono::Duration;
use syncline_domain::Sync;
use syncline_domain::model::Model;

/// A model to be made with its connection.
#[derive(Debug, Clone)]
pub struct NewModel {
    /// The connector's name for it.
    pub name: String,
    /// The name for people.
    pub display_name: String,
    /// Why the connector cannot sync it; `None` when it can, and then it is enabled.
    pub unsupported_reason: Option<String>,
}

/// A model with the sync that was made for it last.
#[derive(Debug, Clone)]
pub struct ModelView {
    /// The model.
    pub model: Model,
    /// Its newest sync.
    pub last_sync: Option<Sync>,
}

/// What to change; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ModelChange {
    /// Whether requests without `models` and its schedule sync it.
    pub is_read_enabled: Option<bool>,
    /// The name for people.
    pub display_name: Option<String>,
    /// How far back each sync reads again.
    pub overlap: Option<Duration>,
}
