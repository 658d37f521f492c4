//! `PATCH /models/{model_id}`

use actix_web::{patch, web};
use chrono::Duration;
use syncline_domain::ModelId;
use syncline_domain::model::MAX_OVERLAP;
use syncline_store::models::ModelChange;
use utoipa::ToSchema;

use super::view::ModelView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Fields, FromFields, Id, Write, Wrong, boolean, integer, text};
use crate::problem::Problem;

/// What to change of a model (a merge patch, RFC 7396): what is absent stays.
#[derive(Debug, Clone, ToSchema)]
#[schema(as = UpdateModel)]
pub struct UpdateModelBody {
    /// Whether a request without `models`, or its schedule, syncs it.
    #[schema(nullable = false, example = true)]
    pub is_read_enabled: Option<bool>,
    /// The name for people.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "Customers"
    )]
    pub display_name: Option<String>,
    /// How far back each sync reads again, in seconds, so that rows that were committed late are
    /// not missed. 300 unless it is set.
    #[schema(nullable = false, minimum = 0, maximum = 31_622_400, example = 300)]
    pub overlap_seconds: Option<i64>,
}

/// Update a model
///
/// Enabling a model that its provider's connector does not support answers 409.
#[utoipa::path(
    tag = "models",
    params(("model_id" = String, Path, description = "The model.")),
    request_body(content = UpdateModelBody, description = "What to change."),
    responses((status = 200, description = "The model as it is now.", body = ModelView))
)]
#[patch("/models/{model_id}")]
pub async fn update_model(
    api: web::Data<Api>,
    write: Write<Body<UpdateModelBody>>,
    id: Id<ModelId>,
) -> Result<Answer, Problem> {
    let (organization_id, Body(body)) = (write.change.caller.organization_id, write.body);
    let UpdateModelBody {
        is_read_enabled,
        display_name,
        overlap_seconds,
    } = body;
    let overlap = overlap_seconds.map(Duration::seconds);
    let change = ModelChange {
        is_read_enabled,
        display_name,
        overlap,
    };
    write
        .change
        .run(&api, move |tx| {
            let model = tx.update_model(organization_id, id.0, change)?;
            Answer::ok(&ModelView::from(model))
        })
        .await
}

impl FromFields for UpdateModelBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            is_read_enabled: fields.optional("is_read_enabled", boolean),
            display_name: fields.optional("display_name", text(255)),
            overlap_seconds: fields.optional("overlap_seconds", |value| {
                let (seconds, max) = (integer(value)?, MAX_OVERLAP.num_seconds());
                if (0..=max).contains(&seconds) {
                    Ok(seconds)
                } else {
                    Err(Wrong::new(format!("must be from 0 to {max}")))
                }
            }),
        })
    }
}
