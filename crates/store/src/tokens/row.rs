//! A token as it stands in its row.

use chrono::{DateTime, Utc};
use diesel::sql_types::Text;
use diesel::{Queryable, QueryableByName, Selectable};
use syncline_domain::access::{Grant, Reach, TokenScope};
use syncline_domain::{ConnectionId, OrganizationId, TokenId};

use super::Token;
use crate::db::connection::MultiBackend;
use crate::db::types::JsonText;
use crate::error::StoreError;
use crate::schema::{organizations, tokens};
use crate::sql::json_of;

/// The columns of [`TokenRow`], of tables that are called `t` and `o`.
pub(super) const COLUMNS: &str = "t.id, t.organization_id, o.name AS organization_name, t.name, \
    t.scope, t.connection_ids, t.created_at, t.expires_at, t.revoked_at, t.last_used_at, \
    t.previous_expires_at";

#[derive(Queryable, Selectable, QueryableByName)]
#[diesel(table_name = tokens, check_for_backend(MultiBackend))]
pub(super) struct TokenRow {
    id: TokenId,
    organization_id: OrganizationId,
    #[diesel(select_expression = organizations::name, sql_type = Text)]
    organization_name: String,
    name: Option<String>,
    scope: String,
    connection_ids: Option<JsonText>,
    created_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    previous_expires_at: Option<DateTime<Utc>>,
}

impl TokenRow {
    pub(super) fn into_token(self) -> Result<Token, StoreError> {
        let Self {
            id,
            organization_id,
            organization_name,
            name,
            scope,
            connection_ids,
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
            previous_expires_at,
        } = self;
        Ok(Token {
            id,
            organization_id,
            organization_name,
            name,
            grant: grant(&scope, connection_ids)?,
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
            previous_expires_at,
        })
    }
}

fn grant(scope: &str, connection_ids: Option<JsonText>) -> Result<Grant, StoreError> {
    let scope: TokenScope = scope.parse().map_err(corrupt)?;
    let reach = match connection_ids {
        None => Reach::All,
        Some(JsonText(ids)) => {
            Reach::Only(serde_json::from_str::<Vec<ConnectionId>>(&ids).map_err(corrupt)?)
        }
    };
    Grant::new(scope, reach).map_err(corrupt)
}

/// What a row keeps of a reach.
pub(super) fn connection_ids(reach: &Reach) -> Result<Option<JsonText>, StoreError> {
    match reach {
        Reach::All => Ok(None),
        Reach::Only(ids) => Ok(Some(JsonText(json_of(ids)?))),
    }
}

fn corrupt(error: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(format!("a token: {error}"))
}
