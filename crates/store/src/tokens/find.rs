//! One token.

use std::collections::BTreeMap;

use diesel::sql_types::Binary;
use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl, SelectableHelper,
};
use syncline_domain::{OrganizationId, TokenId};

use super::row::{COLUMNS, TokenRow};
use super::{Token, not_found};
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::{organizations, tokens};
use crate::sql::{Sql, padded};
use crate::tx::Tx;

#[derive(QueryableByName)]
struct ShownRow {
    #[diesel(sql_type = Binary)]
    sha256: Vec<u8>,
    #[diesel(embed)]
    token: TokenRow,
}

impl Tx<'_> {
    /// The token that a secret of this hash opens now: not when it is revoked or has expired, nor
    /// by a secret that was replaced, once its overlap is over.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_live_token(&mut self, sha256: [u8; 32]) -> Result<Option<Token>, StoreError> {
        Ok(self.find_live_tokens(&[sha256])?.pop().flatten())
    }

    /// The same, for several at once; in their order.
    pub(super) fn find_live_tokens(
        &mut self,
        hashes: &[[u8; 32]],
    ) -> Result<Vec<Option<Token>>, StoreError> {
        let current = self.find_tokens_of_current(hashes)?;
        let now = self.now();
        let is_live = |token: &Token| {
            token.revoked_at.is_none() && token.expires_at.is_none_or(|until| until > now)
        };
        let mut tokens = Vec::with_capacity(hashes.len());
        for hash in hashes {
            let found = match current.get(&hash[..]) {
                None => self.find_token_of_previous(hash)?,
                Some(token) => Some(token.clone()),
            };
            tokens.push(found.filter(is_live));
        }
        Ok(tokens)
    }

    /// One token of an organization, in whatever state.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_token(
        &mut self,
        organization_id: OrganizationId,
        id: TokenId,
    ) -> Result<Option<Token>, StoreError> {
        let found = self.find_token_of_any_organization(id)?;
        Ok(found.filter(|token| token.organization_id == organization_id))
    }

    /// One token, for the operator, who is nobody's tenant.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_token_of_any_organization(
        &mut self,
        id: TokenId,
    ) -> Result<Option<Token>, StoreError> {
        let row: Option<TokenRow> = tokens::table
            .inner_join(organizations::table)
            .filter(tokens::id.eq(Id::from(id)))
            .select(TokenRow::as_select())
            .first(self.conn())
            .optional()?;
        row.map(TokenRow::into_token).transpose()
    }

    /// One token that this transaction may change.
    pub(super) fn lock_token(
        &mut self,
        organization_id: OrganizationId,
        id: TokenId,
    ) -> Result<Token, StoreError> {
        if self.is_postgres() {
            Sql::new("SELECT 1 FROM tokens WHERE id = ? FOR NO KEY UPDATE")
                .id(id.uuid())
                .run(self)?;
        }
        self.find_token(organization_id, id)?
            .ok_or_else(|| not_found(id))
    }

    fn find_tokens_of_current(
        &mut self,
        hashes: &[[u8; 32]],
    ) -> Result<BTreeMap<Vec<u8>, Token>, StoreError> {
        let hashes = padded(hashes.iter().map(|hash| hash.to_vec()));
        let query = Sql::new(format!(
            "SELECT t.sha256, {COLUMNS} FROM tokens t \
             JOIN organizations o ON o.id = t.organization_id WHERE t.sha256 IN ({})",
            hashes.marks(),
        ));
        let rows: Vec<ShownRow> = hashes.into_iter().fold(query, Sql::blob).load(self)?;
        rows.into_iter()
            .map(|row| Ok((row.sha256, row.token.into_token()?)))
            .collect()
    }

    fn find_token_of_previous(&mut self, sha256: &[u8]) -> Result<Option<Token>, StoreError> {
        let now = Time(self.now());
        let row: Option<TokenRow> = tokens::table
            .inner_join(organizations::table)
            .filter(tokens::previous_sha256.eq(sha256))
            .filter(tokens::previous_expires_at.gt(now))
            .select(TokenRow::as_select())
            .first(self.conn())
            .optional()?;
        row.map(TokenRow::into_token).transpose()
    }
}
