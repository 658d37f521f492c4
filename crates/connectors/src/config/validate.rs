//! Checks a configuration against its specification.

use jsonschema::error::ValidationErrorKind;
use serde_json::{Map, Value};

use super::ConfigProblem;
use super::secrets::escape;
use crate::components::spec::Spec;

pub(crate) fn validate(spec: &Spec, config: &Map<String, Value>) -> Result<(), Vec<ConfigProblem>> {
    let instance = Value::Object(config.clone());
    let errors = spec
        .validator
        .iter()
        .flat_map(|validator| validator.iter_errors(&instance));
    let problems: Vec<_> = errors.map(|error| problem(&error)).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems)
    }
}

/// The library's own words would quote the value, which may be a secret.
fn problem(error: &jsonschema::ValidationError<'_>) -> ConfigProblem {
    let pointer = error.instance_path().to_string();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            ConfigProblem {
                pointer: format!("{pointer}/{}", escape(name)),
                message: "is required".to_owned(),
            }
        }
        ValidationErrorKind::Pattern { .. } => ConfigProblem {
            pointer,
            message: "does not have the form that the specification asks for".to_owned(),
        },
        _ => ConfigProblem {
            pointer,
            message: error.masked_with("the value").to_string(),
        },
    }
}
