//! What a token is made of, and how it is rotated.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use syncline_domain::ConnectionId;
use syncline_domain::access::{Grant, Reach, TokenScope};
use utoipa::ToSchema;

use super::view::TokenScopeView;
use crate::input::{Fields, FromFields, Wrong, integer, text, texts, time};
use crate::problem::{ErrorCode, FieldError, Problem};

/// The longest overlap of two secrets, in seconds: 30 days.
const MAX_OVERLAP: i64 = 30 * 24 * 3600;
/// A day.
const DEFAULT_OVERLAP: TimeDelta = TimeDelta::days(1);

/// A token to be made.
#[derive(Debug, ToSchema)]
#[schema(as = CreateToken)]
pub struct CreateTokenBody {
    /// What you call it.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "Warehouse loader"
    )]
    pub name: Option<String>,
    /// What it may do.
    #[schema(value_type = TokenScopeView, example = json!("read"))]
    pub scope: TokenScope,
    /// It shall reach these connections alone; an admin token reaches all.
    #[schema(
        nullable = false, required = false, value_type = Vec<String>, min_items = 1, max_items = 100,
        example = json!(["conn_01h455vb4pex5vsknk084sn02q"])
    )]
    pub connection_ids: Option<Vec<ConnectionId>>,
    /// From then on it opens nothing; never unless it is set.
    #[schema(nullable = false, example = "2027-01-31T12:00:00Z")]
    pub expires_at: Option<DateTime<Utc>>,
}

/// How a token gets its new secret.
#[derive(Debug, Default, ToSchema)]
#[schema(as = RotateToken, example = json!({"overlap_seconds": 3600}))]
pub struct RotateTokenBody {
    /// So many seconds the secret of now goes on; 0 ends it at once.
    #[schema(
        nullable = false, value_type = i64, required = false,
        minimum = 0, maximum = 2_592_000, default = 86400
    )]
    pub overlap_seconds: Option<TimeDelta>,
    /// When the token expires from now on; it stays as it is unless this is set.
    #[schema(nullable = false, example = "2027-01-31T12:00:00Z")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl RotateTokenBody {
    /// A day unless it was said.
    pub fn overlap(&self) -> TimeDelta {
        self.overlap_seconds.unwrap_or(DEFAULT_OVERLAP)
    }
}

impl CreateTokenBody {
    /// Scope and reach together.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidBody`] when they exclude each other.
    pub fn grant(&self) -> Result<Grant, Problem> {
        let reach = match &self.connection_ids {
            None => Reach::All,
            Some(ids) => Reach::Only(ids.clone()),
        };
        Grant::new(self.scope, reach).map_err(|error| {
            let error = FieldError::body("/connection_ids", format!("do not fit: {error}"));
            Problem::fields(ErrorCode::InvalidBody, vec![error])
        })
    }
}

impl FromFields for CreateTokenBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let name = fields.optional("name", text(255));
        let scope = fields.required("scope", scope);
        let connection_ids = fields.optional("connection_ids", connection_ids);
        let expires_at = fields.optional("expires_at", time);
        Some(Self {
            name,
            scope: scope?,
            connection_ids,
            expires_at,
        })
    }
}

impl FromFields for RotateTokenBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let overlap_seconds = fields.optional("overlap_seconds", |value| {
            let seconds = integer(value)?;
            if (0..=MAX_OVERLAP).contains(&seconds) {
                Ok(TimeDelta::seconds(seconds))
            } else {
                Err(Wrong::new(format!("must be from 0 to {MAX_OVERLAP}")))
            }
        });
        Some(Self {
            overlap_seconds,
            expires_at: fields.optional("expires_at", time),
        })
    }
}

fn scope(value: Value) -> Result<TokenScope, Wrong> {
    let text = text(255)(value)?;
    text.parse()
        .map_err(|_| Wrong::new("must be read, write or admin"))
}

fn connection_ids(value: Value) -> Result<Vec<ConnectionId>, Wrong> {
    let texts = texts(Reach::MAX_CONNECTIONS, 255)(value)?;
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            text.parse().map_err(|_| Wrong {
                path: format!("/{index}"),
                message: "is not the id of a connection".to_owned(),
            })
        })
        .collect()
}
