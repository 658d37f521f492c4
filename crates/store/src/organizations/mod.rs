//! Tenants and their tokens.

use chrono::{DateTime, Utc};
use syncline_domain::{OrganizationId, TokenId};

mod organization;
mod token;

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

/// A token, without its text: only a hash is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The name of its organization.
    pub organization_name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}
