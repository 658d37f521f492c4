//! `POST /connections/{connection_id}/sync`: the contract.

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use syncline_domain::ConnectionId;
use syncline_domain::scope::{Scope, ScopeError};
use syncline_store::error::StoreError;
use syncline_store::syncs::{Batch, SyncRequest};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Fields, FromFields, Id, Write, boolean, text, texts, time};
use crate::problem::{ErrorCode, FieldError, Problem};
use crate::syncs::SyncView;

/// What to sync. Every field narrows; without any, each model that is enabled for reading is
/// brought up to date.
#[derive(Debug, Clone, Default, ToSchema)]
#[schema(as = RequestSync, example = json!({"models": ["customers"]}))]
pub struct RequestSyncBody {
    /// Ids or names of models; they must be enabled for reading.
    #[schema(nullable = false, min_items = 1, max_items = 1000, example = json!(["customers"]))]
    pub models: Option<Vec<String>>,
    /// Only what changed at this moment or later.
    #[schema(nullable = false)]
    pub timerange_start: Option<DateTime<Utc>>,
    /// Only what changed before this moment.
    #[schema(nullable = false)]
    pub timerange_end: Option<DateTime<Utc>>,
    /// Only this entity; with exactly one model.
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    pub entity_id: Option<String>,
    /// Everything from the beginning, whatever was synced before; not with a range or an entity.
    #[schema(nullable = false, default = false)]
    pub full_refresh: Option<bool>,
}

/// Request a Sync
///
/// Makes a sync for each model that is enabled for reading, or joins the one of the same scope
/// that waits already. Answers at once; read the syncs, with `wait`, to see them through.
#[utoipa::path(
    tag = "syncs",
    params(("connection_id" = String, Path, description = "The connection.")),
    request_body(content = RequestSyncBody, description = "Narrows the request; may be left out."),
    responses((
        status = 200,
        description = "Successful Response",
        body = Vec<SyncView>,
        headers(("Syncline-Batch-Id" = uuid::Uuid, description = "The batch; its members say which syncs were joined."))
    ))
)]
#[post("/connections/{connection_id}/sync")]
pub async fn request_sync(
    api: web::Data<Api>,
    write: Write<Option<Body<RequestSyncBody>>>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let body = write.body.map(|Body(body)| body).unwrap_or_default();
    let organization_id = write.change.caller.organization_id;
    let scope = body.scope()?;
    let request = SyncRequest {
        organization_id,
        connection_id: id.0,
        models: body.models,
        scope,
    };
    let change = write.change;
    if change.key.is_none() {
        // Those that come at the same moment share a transaction.
        let event = change.event(200, None);
        let batch = api.store.request_syncs(request.clone(), event).await;
        return answer(batch.map_err(|error| explain(error, &request))?);
    }
    change
        .run(&api, move |tx| {
            let batch = tx.request_syncs(&request);
            answer(batch.map_err(|error| explain(error, &request))?)
        })
        .await
}

fn answer(batch: Batch) -> Result<Answer, Problem> {
    let syncs = batch.members.into_iter();
    let syncs: Vec<SyncView> = syncs.map(|member| member.sync.into()).collect();
    Ok(Answer::ok(&syncs)?.header("Syncline-Batch-Id", batch.id.to_string()))
}

impl FromFields for RequestSyncBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let body = Self {
            models: fields.optional("models", texts(1000, 255)),
            timerange_start: fields.optional("timerange_start", time),
            timerange_end: fields.optional("timerange_end", time),
            entity_id: fields.optional("entity_id", text(255)),
            full_refresh: fields.optional("full_refresh", boolean),
        };
        if body.entity_id.is_some() && body.models.as_ref().is_none_or(|models| models.len() != 1) {
            fields.wrong("entity_id", "needs `models` with exactly one model");
        }
        Some(body)
    }
}

impl RequestSyncBody {
    /// What it asks to cover.
    ///
    /// # Errors
    /// When its fields exclude each other.
    pub fn scope(&self) -> Result<Scope, Problem> {
        let Self {
            models: _,
            timerange_start,
            timerange_end,
            entity_id,
            full_refresh,
        } = self;
        let full_refresh = full_refresh.unwrap_or(false);
        Scope::requested(
            *timerange_start,
            *timerange_end,
            entity_id.clone(),
            full_refresh,
        )
        .map_err(|error| {
            let path = match error {
                ScopeError::EmptyRange => "/timerange_end",
                ScopeError::NarrowedFullRefresh => "/full_refresh",
                ScopeError::EntityLength => "/entity_id",
                ScopeError::Unreadable(_) => "",
            };
            let error = FieldError::body(path, error.to_string());
            Problem {
                detail: error.message.clone(),
                ..Problem::fields(ErrorCode::InvalidBody, vec![error])
            }
        })
    }
}

/// Points at each model that is unknown.
fn explain(error: StoreError, request: &SyncRequest) -> Problem {
    let StoreError::UnknownModels(unknown) = &error else {
        return error.into();
    };
    let asked = request.models.iter().flatten().enumerate();
    let errors = asked
        .filter(|(_, name)| unknown.contains(name))
        .map(|(index, _)| {
            let message = "is not a model of this connection that is enabled for reading";
            FieldError::body(format!("/models/{index}"), message)
        });
    Problem {
        errors: errors.collect(),
        ..Problem::new(ErrorCode::UnknownModels, error.to_string())
    }
}
