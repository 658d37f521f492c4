//! Many tokens, oldest first.

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl, SelectableHelper};
use syncline_domain::{OrganizationId, TokenId};

use super::Token;
use super::row::TokenRow;
use crate::db::types::Id;
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::schema::{organizations, tokens};
use crate::tx::Tx;

impl Tx<'_> {
    /// Oldest first, those that are over too.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_tokens_of_organization(
        &mut self,
        organization_id: OrganizationId,
        page: PageRequest<TokenId>,
    ) -> Result<PageOf<Token, TokenId>, StoreError> {
        let mut query = tokens::table
            .inner_join(organizations::table)
            .filter(tokens::organization_id.eq(Id::from(organization_id)))
            .order(tokens::id)
            .limit(page.one_more())
            .select(TokenRow::as_select())
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(tokens::id.gt(Id::from(after)));
        }
        let rows: Vec<TokenRow> = query.load(self.conn())?;
        Ok(page.cut(tokens_of(rows)?, |token| token.id))
    }

    /// All tokens of one organization or of all, for the operator.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_tokens(&mut self, organization: Option<&str>) -> Result<Vec<Token>, StoreError> {
        let mut query = tokens::table
            .inner_join(organizations::table)
            .select(TokenRow::as_select())
            .order(tokens::id)
            .into_boxed();
        if let Some(name) = organization {
            query = query.filter(organizations::name.eq(name));
        }
        tokens_of(query.load(self.conn())?)
    }
}

fn tokens_of(rows: Vec<TokenRow>) -> Result<Vec<Token>, StoreError> {
    rows.into_iter().map(TokenRow::into_token).collect()
}
