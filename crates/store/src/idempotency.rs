//! Answers that are given again when a request comes again.

use syncline_domain::OrganizationId;

use crate::error::StoreError;
use crate::tx::Tx;

/// Identifies a request: unique by organization, method, path and key.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The tenant.
    pub organization_id: OrganizationId,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// What the caller sent, 1–255 characters.
    pub key: String,
    /// SHA-256 of the body (and of the query).
    pub request_hash: [u8; 32],
}

/// What was answered the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAnswer {
    /// The HTTP status.
    pub status: u16,
    /// Headers of ours that belong to the answer.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Tx<'_> {
    /// At the beginning of a request's transaction: the stored answer if it was answered before
    /// (kept for 24 h); `None` reserves the key until the end of this transaction.
    ///
    /// # Errors
    /// [`StoreError::IdempotencyMismatch`] when the body was another,
    /// [`StoreError::IdempotencyInFlight`] when another transaction holds the key.
    pub fn begin_idempotent(&mut self, key: &IdempotencyKey) -> Result<Option<StoredAnswer>, StoreError> {
        todo!()
    }

    /// At its end: keeps the answer, in the transaction of the effect.
    pub fn store_answer(&mut self, key: &IdempotencyKey, answer: &StoredAnswer) -> Result<(), StoreError> {
        todo!()
    }
}
