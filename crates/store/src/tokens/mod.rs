//! API tokens: who may do what, where, and until when. Only hashes of their secrets are kept.

mod find;
pub(crate) mod gate;
mod insert;
mod list;
mod revoke;
mod rotate;
mod row;
mod secret;
mod touch;

use chrono::{DateTime, TimeDelta, Utc};
use syncline_domain::access::Grant;
use syncline_domain::{OrganizationId, TokenId};

pub use secret::TokenSecret;

use crate::error::StoreError;

/// A token, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its id.
    pub id: TokenId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// The name of its organization.
    pub organization_name: String,
    /// What its maker calls it.
    pub name: Option<String>,
    /// What it may do, and where.
    pub grant: Grant,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// From then on it opens nothing.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute or so.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation goes on.
    pub previous_expires_at: Option<DateTime<Utc>>,
}

/// A token to be made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Of its secret's text.
    pub sha256: [u8; 32],
    /// What its maker calls it.
    pub name: Option<String>,
    /// What it may do, and where.
    pub grant: Grant,
    /// From then on it opens nothing; `None`: never.
    pub expires_at: Option<DateTime<Utc>>,
}

impl NewToken {
    /// One that may do everything, for ever.
    pub fn admin(organization_id: OrganizationId, sha256: [u8; 32]) -> Self {
        Self {
            organization_id,
            sha256,
            name: None,
            grant: Grant::ADMIN,
            expires_at: None,
        }
    }
}

/// A new secret for a token.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// Of the new secret's text.
    pub sha256: [u8; 32],
    /// So long the secret of now goes on; an older one ends at once.
    pub overlap: TimeDelta,
    /// When the token shall expire; `None` leaves that as it is.
    pub expires_at: Option<DateTime<Utc>>,
}

fn not_found(id: TokenId) -> StoreError {
    StoreError::NotFound {
        what: "token",
        id: id.to_string(),
    }
}
