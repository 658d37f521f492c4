//! What a configuration must look like.

use std::fmt;

use serde_json::{Value, json};

use super::config_rules::ConfigRules;
use super::{CompileError, Node};

/// `Spec`.
pub struct Spec {
    /// The JSON Schema of the configuration.
    pub connection_specification: Value,
    /// Where people read more.
    pub documentation_url: Option<String>,
    /// What is done to every configuration before it is used. No stream can run without rules
    /// that cannot be used.
    pub(crate) rules: Result<ConfigRules, CompileError>,
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
            rules: Node::root("spec", node).and_then(|node| ConfigRules::compile(&node)),
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
            rules: Ok(ConfigRules::default()),
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
