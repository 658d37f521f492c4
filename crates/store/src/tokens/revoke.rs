//! A token ends.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use syncline_domain::{OrganizationId, TokenId};

use super::{Token, not_found};
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::tokens;
use crate::tx::Tx;

impl Tx<'_> {
    /// From now on none of its secrets opens anything. Again: no change.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn revoke_token(
        &mut self,
        organization_id: OrganizationId,
        id: TokenId,
    ) -> Result<Token, StoreError> {
        let token = self.lock_token(organization_id, id)?;
        if token.revoked_at.is_some() {
            return Ok(token);
        }
        let now = Time(self.now());
        diesel::update(tokens::table.find(Id::from(id)))
            .set(tokens::revoked_at.eq(now))
            .execute(self.conn())?;
        self.find_token(organization_id, id)?
            .ok_or_else(|| not_found(id))
    }
}
