//! A token is made.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};
use syncline_domain::access::Reach;
use syncline_domain::{ConnectionId, OrganizationId, TokenId};

use super::row::connection_ids;
use super::{NewToken, Token, not_found};
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::{organizations, tokens};
use crate::tx::Tx;

impl Tx<'_> {
    /// Makes a token.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such organization,
    /// [`StoreError::UnknownConnections`] when it is limited to one that is not there.
    pub fn insert_token(&mut self, new: NewToken) -> Result<Token, StoreError> {
        let NewToken {
            organization_id,
            sha256,
            name,
            grant,
            expires_at,
        } = new;
        self.insist_on_organization(organization_id)?;
        if let Reach::Only(ids) = grant.reach() {
            self.insist_on_connections(organization_id, ids)?;
        }
        let id = TokenId::from_parts(self.now(), self.entropy());
        let now = Time(self.now());
        diesel::insert_into(tokens::table)
            .values((
                tokens::id.eq(Id::from(id)),
                tokens::organization_id.eq(Id::from(organization_id)),
                tokens::sha256.eq(&sha256[..]),
                tokens::created_at.eq(now),
                tokens::name.eq(name),
                tokens::scope.eq(grant.scope().as_str()),
                tokens::connection_ids.eq(connection_ids(grant.reach())?),
                tokens::expires_at.eq(expires_at.map(Time)),
            ))
            .execute(self.conn())?;
        self.find_token(organization_id, id)?
            .ok_or_else(|| not_found(id))
    }

    fn insist_on_organization(&mut self, id: OrganizationId) -> Result<(), StoreError> {
        let found = organizations::table
            .find(Id::from(id))
            .select(organizations::id)
            .first::<OrganizationId>(self.conn())
            .optional()?;
        match found {
            Some(_) => Ok(()),
            None => Err(StoreError::NotFound {
                what: "organization",
                id: id.to_string(),
            }),
        }
    }

    fn insist_on_connections(
        &mut self,
        organization_id: OrganizationId,
        ids: &[ConnectionId],
    ) -> Result<(), StoreError> {
        let mut unknown = Vec::new();
        for id in ids {
            if self.find_connection(organization_id, *id)?.is_none() {
                unknown.push(*id);
            }
        }
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(StoreError::UnknownConnections(unknown))
        }
    }
}
