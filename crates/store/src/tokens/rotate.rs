//! A token gets a new secret.

use diesel::sql_types::{Binary, Nullable};
use syncline_domain::{OrganizationId, TokenId};

use super::{Rotation, Token, not_found};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// The new secret opens the token from now on; the one of now for as long as the overlap, and
    /// not beyond the time at which the token was to expire.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it is revoked, or expired and not
    /// given another time.
    pub fn rotate_token(
        &mut self,
        organization_id: OrganizationId,
        id: TokenId,
        rotation: Rotation,
    ) -> Result<Token, StoreError> {
        let Rotation {
            sha256,
            overlap,
            expires_at,
        } = rotation;
        let token = self.lock_token(organization_id, id)?;
        let now = self.now();
        let expires_at = expires_at.or(token.expires_at);
        if token.revoked_at.is_some() {
            let reason = "a revoked token cannot be rotated: make another";
            return Err(StoreError::Conflict(reason.to_owned()));
        }
        if expires_at.is_some_and(|until| until <= now) {
            let reason = "the token has expired: give it another `expires_at`, or make another";
            return Err(StoreError::Conflict(reason.to_owned()));
        }
        let end = now + overlap;
        let previous_expires_at = token.expires_at.map_or(end, |until| until.min(end));
        Sql::new(
            "UPDATE tokens SET previous_sha256 = sha256, previous_expires_at = ?, sha256 = ?, \
             expires_at = ? WHERE id = ?",
        )
        .time(previous_expires_at)
        .blob(sha256.to_vec())
        .opt_time(expires_at)
        .id(id.uuid())
        .run(self)?;
        if previous_expires_at <= now {
            self.forget_previous_secret(id)?;
        }
        self.find_token(organization_id, id)?
            .ok_or_else(|| not_found(id))
    }

    fn forget_previous_secret(&mut self, id: TokenId) -> Result<(), StoreError> {
        Sql::new("UPDATE tokens SET previous_sha256 = ?, previous_expires_at = ? WHERE id = ?")
            .bind::<Nullable<Binary>, _>(None::<Vec<u8>>)
            .opt_time(None)
            .id(id.uuid())
            .run(self)?;
        Ok(())
    }
}
