//! A model's state on the wire.

use serde::Serialize;
use serde_json::{Map, Value};
use syncline_connectors::declarative::export_state;
use syncline_domain::ModelId;
use syncline_domain::state::ModelState;
use utoipa::ToSchema;

/// How far a model is proven to be synced.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ModelState)]
pub struct ModelStateView {
    /// The model.
    #[schema(example = "model_01h455vb4pex5vsknk084sn02q")]
    pub model_id: String,
    /// The stream's state as Airbyte keeps it; `{}` when everything is still to be read.
    #[schema(value_type = Object, example = json!({"updated_at": "2026-01-31T12:00:00Z"}))]
    pub state: Map<String, Value>,
    /// Always `model_state`.
    #[schema(example = "model_state")]
    pub object: &'static str,
}

impl ModelStateView {
    /// Of a model's rows.
    pub fn new(id: ModelId, rows: &[ModelState]) -> Self {
        Self {
            model_id: id.to_string(),
            state: export_state(rows),
            object: "model_state",
        }
    }
}
