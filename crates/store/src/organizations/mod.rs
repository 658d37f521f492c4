//! Tenants.

use chrono::{DateTime, Utc};
use syncline_domain::OrganizationId;

mod organization;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, unique.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
