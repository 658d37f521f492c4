//! `PUT /models/{model_id}/state`

use actix_web::{put, web};
use serde_json::{Map, Value};
use syncline_connectors::Registry;
use syncline_connectors::declarative::{StateProblem, stream_state};
use syncline_domain::state::ModelState;
use syncline_domain::{ModelId, OrganizationId};
use syncline_store::secrets::Secrets;
use syncline_store::store::Lane;
use syncline_store::tx::Tx;
use utoipa::ToSchema;

use super::view::ModelStateView;
use crate::answer::Answer;
use crate::api::Api;
use crate::connections::{find_manifest, with_found};
use crate::input::{Body, Fields, FromFields, Id, Write};
use crate::problem::{ErrorCode, FieldError, Problem};

/// How far a model shall be taken to be synced.
#[derive(Debug, Clone, ToSchema)]
#[schema(as = ReplaceModelState)]
pub struct ReplaceModelStateBody {
    /// The stream's state as Airbyte keeps it; also a whole state message of Airbyte, or a list of
    /// them, from which the one of this stream is taken. `{}` or null forgets the state: the next
    /// sync reads everything.
    #[schema(value_type = Option<Object>, required, example = json!({"updated_at": "2026-01-31T12:00:00Z"}))]
    pub state: Value,
}

/// Import a model's state
///
/// The next sync goes on from there. While a sync has the model's turn it is refused (409).
#[utoipa::path(
    tag = "models",
    params(("model_id" = String, Path, description = "The model.")),
    request_body(content = ReplaceModelStateBody, description = "The state as it shall be."),
    responses((status = 200, description = "The state as it is now.", body = ModelStateView))
)]
#[put("/models/{model_id}/state")]
pub async fn replace_model_state(
    api: web::Data<Api>,
    write: Write<Body<ReplaceModelStateBody>>,
    id: Id<ModelId>,
) -> Result<Answer, Problem> {
    let (organization_id, Body(body)) = (write.change.caller.organization_id, write.body);
    let registry = api.registry.clone();
    // A state may have a row for each of many partitions.
    write
        .change
        .run_in(Lane::Bulk, &api, move |tx| {
            let rows = rows(tx, &registry, organization_id, id.0, &body.state)?;
            tx.replace_model_states(organization_id, id.0, &rows)?;
            Answer::ok(&ModelStateView::new(id.0, &rows))
        })
        .await
}

/// What is stored of a state, for the connection as it is configured now.
fn rows(
    tx: &mut Tx<'_>,
    registry: &Registry,
    organization_id: OrganizationId,
    id: ModelId,
    state: &Value,
) -> Result<Vec<ModelState>, Problem> {
    let not_found = || Problem::not_found("model", &id.to_string());
    let model = tx.find_model(organization_id, id)?.ok_or_else(not_found)?;
    let model = model.model;
    let connection = tx
        .find_connection(organization_id, model.connection_id)?
        .ok_or_else(not_found)?;
    let Secrets(secrets) = tx.read_connection_secrets(organization_id, model.connection_id)?;
    let manifest = find_manifest(registry, &connection.provider_name)?;
    let manifest = with_found(tx, manifest, organization_id, model.connection_id)?;
    let config: Map<String, Value> = manifest.join_secrets(connection.config, secrets);
    stream_state(&model.name, state)
        .and_then(|state| manifest.import_state(&model.name, &config, state, tx.now()))
        .map_err(wrong)
}

fn wrong(problem: StateProblem) -> Problem {
    let StateProblem { pointer, message } = problem;
    let error = FieldError::body(format!("/state{pointer}"), message);
    Problem::fields(ErrorCode::InvalidBody, vec![error])
}

impl FromFields for ReplaceModelStateBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let state = fields.required_nullable("state", Ok)?;
        Some(Self {
            state: state.unwrap_or_default(),
        })
    }
}
