//! API tokens, of which only hashes are kept.

use chrono::{DateTime, Utc};
use diesel::SelectableHelper;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};
use syncline_domain::{OrganizationId, TokenId};

use super::Token;
use crate::db::connection::MultiBackend;
use crate::db::types::{Id, Time};
use crate::error::StoreError;
use crate::schema::{organizations, tokens};
use crate::tx::Tx;

#[derive(Queryable, Selectable)]
#[diesel(table_name = tokens, check_for_backend(MultiBackend))]
struct TokenRow {
    id: TokenId,
    organization_id: OrganizationId,
    #[diesel(select_expression = organizations::name)]
    organization_name: String,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        let TokenRow {
            id,
            organization_id,
            organization_name,
            created_at,
            revoked_at,
        } = row;
        Self {
            id,
            organization_id,
            organization_name,
            created_at,
            revoked_at,
        }
    }
}

impl Tx<'_> {
    /// Stores a token by the SHA-256 of its text.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such organization.
    pub fn insert_token(
        &mut self,
        organization_id: OrganizationId,
        sha256: [u8; 32],
    ) -> Result<Token, StoreError> {
        let id = TokenId::from_parts(self.now(), self.entropy());
        let now = Time(self.now());
        let found = organizations::table
            .find(Id::from(organization_id))
            .select(organizations::id)
            .first::<OrganizationId>(self.conn())
            .optional()?;
        if found.is_none() {
            let id = organization_id.to_string();
            return Err(StoreError::NotFound {
                what: "organization",
                id,
            });
        }
        diesel::insert_into(tokens::table)
            .values((
                tokens::id.eq(Id::from(id)),
                tokens::organization_id.eq(Id::from(organization_id)),
                tokens::sha256.eq(&sha256[..]),
                tokens::created_at.eq(now),
            ))
            .execute(self.conn())?;
        self.read_token(id)
    }

    /// The token of this hash, unless it is revoked.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_live_token(&mut self, sha256: [u8; 32]) -> Result<Option<Token>, StoreError> {
        let row: Option<TokenRow> = tokens::table
            .inner_join(organizations::table)
            .filter(tokens::sha256.eq(&sha256[..]))
            .filter(tokens::revoked_at.is_null())
            .select(TokenRow::as_select())
            .first(self.conn())
            .optional()?;
        Ok(row.map(Token::from))
    }

    /// All tokens, oldest first, of one organization or of all.
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
        let rows: Vec<TokenRow> = query.load(self.conn())?;
        Ok(rows.into_iter().map(Token::from).collect())
    }

    /// From now on the token opens nothing. Again: no change.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn revoke_token(&mut self, id: TokenId) -> Result<Token, StoreError> {
        let now = Time(self.now());
        diesel::update(
            tokens::table
                .find(Id::from(id))
                .filter(tokens::revoked_at.is_null()),
        )
        .set(tokens::revoked_at.eq(now))
        .execute(self.conn())?;
        self.read_token(id)
    }

    fn read_token(&mut self, id: TokenId) -> Result<Token, StoreError> {
        let row: Option<TokenRow> = tokens::table
            .inner_join(organizations::table)
            .filter(tokens::id.eq(Id::from(id)))
            .select(TokenRow::as_select())
            .first(self.conn())
            .optional()?;
        row.map(Token::from).ok_or_else(|| StoreError::NotFound {
            what: "token",
            id: id.to_string(),
        })
    }
}
