//! What a configuration must look like.

use std::fmt;

use serde_json::{Value, json};

/// `Spec`.
pub struct Spec {
    /// The JSON Schema of the configuration.
    pub connection_specification: Value,
    /// Where people read more.
    pub documentation_url: Option<String>,
    /// Rules that change every configuration before it is used are not built: no stream can run
    /// without them.
    pub(crate) not_supported: Option<String>,
    /// `None` takes everything.
    pub(crate) validator: Option<jsonschema::Validator>,
}

impl Spec {
    /// Compiles a resolved `spec`.
    pub(crate) fn compile(node: &Value) -> Result<Self, String> {
        let schema = match node.get("connection_specification") {
            None | Some(Value::Null) => json!({ "type": "object" }),
            Some(schema @ Value::Object(_)) => schema.clone(),
            Some(_) => return Err("connection_specification must be an object".to_owned()),
        };
        let validator = jsonschema::validator_for(&schema)
            .map_err(|error| format!("connection_specification is not a JSON Schema: {error}"))?;
        Ok(Self {
            connection_specification: schema,
            documentation_url: node
                .get("documentation_url")
                .and_then(Value::as_str)
                .map(str::to_owned),
            validator: Some(validator),
            not_supported: node
                .pointer("/config_normalization_rules/transformations")
                .and_then(Value::as_array)
                .is_some_and(|rules| !rules.is_empty())
                .then(|| "Spec.config_normalization_rules.transformations".to_owned()),
        })
    }
}

impl Default for Spec {
    /// A manifest without `spec` takes any object.
    fn default() -> Self {
        Self {
            connection_specification: json!({ "type": "object" }),
            documentation_url: None,
            validator: None,
            not_supported: None,
        }
    }
}

impl fmt::Debug for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Spec")
            .field("connection_specification", &self.connection_specification)
            .finish()
    }
}
