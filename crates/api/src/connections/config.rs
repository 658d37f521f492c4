//! `GET /connections/{connection_id}/config`

use actix_web::{get, web};
use serde::Serialize;
use serde_json::{Map, Value};
use syncline_domain::ConnectionId;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// A connection's config, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConnectionConfig)]
pub struct ConfigView {
    /// The connection.
    #[schema(example = "conn_01h455vb4pex5vsknk084sn02q")]
    pub connection_id: String,
    /// Every value that is no secret.
    #[schema(value_type = Object, example = json!({"base_url": "http://127.0.0.1:8090"}))]
    pub config: Map<String, Value>,
    /// The secrets that are set, as JSON pointers into the config. Their values are never answered.
    #[schema(example = json!(["/api_key"]))]
    pub secrets: Vec<String>,
    /// Always `connection_config`.
    #[schema(example = "connection_config")]
    pub object: &'static str,
}

/// Read a connection's config
///
/// The values that are no secrets, and the names of the secrets that are set.
#[utoipa::path(
    tag = "connections",
    params(("connection_id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "The config, without secrets.", body = ConfigView))
)]
#[get("/connections/{connection_id}/config")]
pub async fn read_connection_config(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let found = api
        .store
        .read(move |tx| tx.find_connection(organization_id, id.0))
        .await?;
    let connection = found.ok_or_else(|| Problem::not_found("connection", &id.0.to_string()))?;
    Answer::ok(&ConfigView {
        connection_id: connection.id.to_string(),
        config: connection.config,
        secrets: connection.secret_names,
        object: "connection_config",
    })
}
