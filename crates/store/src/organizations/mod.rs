//! Tenants and their tokens.

use chrono::{DateTime, Utc};
use syncline_domain::{OrganizationId, TokenId};

use crate::error::StoreError;
use crate::tx::Tx;

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

impl Tx<'_> {
    /// The organization of this name; makes it when there is none.
    pub fn find_or_insert_organization(&mut self, name: &str) -> Result<Organization, StoreError> {
        todo!()
    }

    /// Stores a token by the SHA-256 of its text.
    pub fn insert_token(
        &mut self,
        organization_id: OrganizationId,
        sha256: [u8; 32],
    ) -> Result<Token, StoreError> {
        todo!()
    }

    /// The token of this hash, unless it is revoked.
    pub fn find_live_token(&mut self, sha256: [u8; 32]) -> Result<Option<Token>, StoreError> {
        todo!()
    }

    /// All tokens, oldest first, of one organization or of all.
    pub fn list_tokens(&mut self, organization: Option<&str>) -> Result<Vec<Token>, StoreError> {
        todo!()
    }

    /// From now on the token opens nothing. Again: no change.
    pub fn revoke_token(&mut self, id: TokenId) -> Result<Token, StoreError> {
        todo!()
    }
}
