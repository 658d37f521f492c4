//! A token on the wire, with its secret or without.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::access::{Reach, TokenScope};
use syncline_store::tokens::Token;
use utoipa::ToSchema;

use crate::time;

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Token)]
pub struct TokenView {
    /// Its id. It opens nothing.
    #[schema(example = "tok_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// What its maker calls it.
    #[schema(required, example = "Warehouse loader")]
    pub name: Option<String>,
    /// What it may do.
    #[schema(example = json!("read"))]
    pub scope: TokenScopeView,
    /// The connections that exist for it; null when all do.
    #[schema(required, example = json!(["conn_01h455vb4pex5vsknk084sn02q"]))]
    pub connection_ids: Option<Vec<String>>,
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub created_at: DateTime<Utc>,
    /// From then on it opens nothing.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-04-30T12:00:00.000000Z")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to a minute or so; null before its first use.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:05:00.000000Z")]
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; null while it was not.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation goes on; null when there is none that did.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub previous_secret_expires_at: Option<DateTime<Utc>>,
    /// Always `token`.
    #[schema(example = "token")]
    pub object: &'static str,
}

/// A token, with the secret that it was just given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TokenWithSecret)]
pub struct TokenWithSecretView {
    /// Its id. It opens nothing.
    #[schema(example = "tok_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// What to send as `Authorization: Bearer …`. It is shown this once: null when the answer is
    /// given again for an `Idempotency-Key`.
    #[schema(
        required,
        example = "syncline_Zm9ydHktdHdvIGJ5dGVzIG9mIHJhbmRvbW5lc3MhIQ"
    )]
    pub secret: Option<String>,
    /// What its maker calls it.
    #[schema(required, example = "Warehouse loader")]
    pub name: Option<String>,
    /// What it may do.
    #[schema(example = json!("read"))]
    pub scope: TokenScopeView,
    /// The connections that exist for it; null when all do.
    #[schema(required, example = json!(["conn_01h455vb4pex5vsknk084sn02q"]))]
    pub connection_ids: Option<Vec<String>>,
    /// When it was made.
    #[serde(serialize_with = "time::required")]
    #[schema(example = "2026-01-31T12:00:00.000000Z")]
    pub created_at: DateTime<Utc>,
    /// From then on it opens nothing.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-04-30T12:00:00.000000Z")]
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was last used, to a minute or so; null before its first use.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was revoked; null while it was not.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub revoked_at: Option<DateTime<Utc>>,
    /// Until when the secret before the last rotation goes on; null when there is none that did.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub previous_secret_expires_at: Option<DateTime<Utc>>,
    /// Always `token`.
    #[schema(example = "token")]
    pub object: &'static str,
}

/// What a token may do. Each scope includes the ones before it.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TokenScope)]
pub enum TokenScopeView {
    /// Read everything but tokens and the audit trail.
    Read,
    /// Change what can be read.
    Write,
    /// Make, rotate and revoke tokens, and read the audit trail.
    Admin,
}

impl TokenWithSecretView {
    /// With its secret, or as it may be kept.
    pub fn new(token: Token, secret: Option<&str>) -> Self {
        let TokenView {
            id,
            name,
            scope,
            connection_ids,
            created_at,
            expires_at,
            last_used_at,
            revoked_at,
            previous_secret_expires_at,
            object,
        } = token.into();
        Self {
            id,
            secret: secret.map(str::to_owned),
            name,
            scope,
            connection_ids,
            created_at,
            expires_at,
            last_used_at,
            revoked_at,
            previous_secret_expires_at,
            object,
        }
    }
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        let Token {
            id,
            organization_id: _,
            organization_name: _,
            name,
            grant,
            created_at,
            expires_at,
            revoked_at,
            last_used_at,
            previous_expires_at,
        } = token;
        let connection_ids = match grant.reach() {
            Reach::All => None,
            Reach::Only(ids) => Some(ids.iter().map(ToString::to_string).collect()),
        };
        Self {
            id: id.to_string(),
            name,
            scope: grant.scope().into(),
            connection_ids,
            created_at,
            expires_at,
            last_used_at,
            revoked_at,
            previous_secret_expires_at: previous_expires_at,
            object: "token",
        }
    }
}

impl From<TokenScope> for TokenScopeView {
    fn from(scope: TokenScope) -> Self {
        match scope {
            TokenScope::Read => Self::Read,
            TokenScope::Write => Self::Write,
            TokenScope::Admin => Self::Admin,
        }
    }
}
