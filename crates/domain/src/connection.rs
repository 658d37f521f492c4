//! One organization's account at a provider.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use crate::health::Health;
use crate::{ConnectionId, OrganizationId};

/// A connection, without its secrets: those never leave the store but to a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The tenant that owns it.
    pub organization_id: OrganizationId,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When a caller last changed it.
    pub modified_at: Option<DateTime<Utc>>,
    /// What its owner calls it.
    pub name: String,
    /// Which connector describes the outside system.
    pub provider_name: String,
    /// Where the outside system is, when it differs from account to account.
    pub api_url: Option<String>,
    /// Whether the outside system stands in the customer's own house.
    pub is_on_premise: bool,
    /// The customer, in the caller's own words.
    pub company: Option<String>,
    /// For example `production` or `sandbox`.
    pub environment: Option<String>,
    /// While true no sync of it starts; those that wait go on waiting.
    pub is_sync_disabled: bool,
    /// The configuration without its secrets.
    pub config: Map<String, Value>,
    /// The names of the secrets that are set, as JSON pointers into the configuration.
    pub secret_names: Vec<String>,
    /// What is known of its health.
    pub health: Health,
}
