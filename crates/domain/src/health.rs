//! What is known of a connection's health.

use chrono::{DateTime, Utc};

/// The outcome of the last check, or of the last sync that told something about the connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// `None` before the first check.
    pub healthy: Option<bool>,
    /// Somebody has to sign in again, or give another credential.
    pub authentication_required: bool,
    /// For people.
    pub message: Option<String>,
    /// The HTTP status that the provider answered, if it answered.
    pub status_code: Option<i32>,
    /// What a person can do about it.
    pub suggested_resolution: Option<String>,
    /// When this was found.
    pub timestamp: Option<DateTime<Utc>>,
}
