//! Tenants.

use chrono::{DateTime, Utc};
use syncline_domain::OrganizationId;

mod organization;

/// The most turns in a round of claims.
pub const MAX_WEIGHT: i32 = 1000;

/// A tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name, unique.
    pub name: String,
    /// How many turns it has in each round of claims, 1 to [`MAX_WEIGHT`].
    pub claim_weight: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
