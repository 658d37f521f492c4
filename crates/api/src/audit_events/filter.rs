//! What narrows the audit trail.

use chrono::{DateTime, Utc};
use syncline_domain::TokenId;
use syncline_store::audit::AuditFilter;
use utoipa::IntoParams;

use crate::input::{FromQuery, Query, Wrong, id};

/// Every parameter narrows the list.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AuditListParams {
    /// By this token.
    #[param(value_type = String, required = false, nullable = false)]
    pub token_id: Option<TokenId>,
    /// Of what has this id.
    #[param(nullable = false, min_length = 1, max_length = 255)]
    pub target: Option<String>,
    /// At this moment or later.
    #[param(nullable = false)]
    pub created_from: Option<DateTime<Utc>>,
    /// Before this moment.
    #[param(nullable = false)]
    pub created_before: Option<DateTime<Utc>>,
}

impl FromQuery for AuditListParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            token_id: query.optional("token_id", id),
            target: query.optional("target", |text| {
                if (1..=255).contains(&text.chars().count()) && !text.contains('\0') {
                    Ok(text.to_owned())
                } else {
                    Err(Wrong::new(
                        "must have 1 to 255 characters, none of them NUL",
                    ))
                }
            }),
            created_from: query.time("created_from"),
            created_before: query.time("created_before"),
        })
    }
}

impl From<AuditListParams> for AuditFilter {
    fn from(params: AuditListParams) -> Self {
        let AuditListParams {
            token_id,
            target,
            created_from,
            created_before,
        } = params;
        Self {
            token_id,
            target,
            created_from,
            created_before,
        }
    }
}
