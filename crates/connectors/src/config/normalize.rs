//! Applies the rules of a manifest to a configuration.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::ConfigProblem;
use super::secrets::escape;
use crate::components::config_rules::{ConfigRule, ConfigRules, Subject};
use crate::components::globs::Segment;
use crate::declarative::transform::{add, remove};
use crate::template::{Context, Template, TemplateError, python};

/// The configuration, changed by rules one after the other.
pub(crate) fn apply(
    rules: &[ConfigRule],
    config: Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TemplateError> {
    let mut config = config;
    for rule in rules {
        config = one(rule, config, now)?;
    }
    Ok(config)
}

/// What is wrong in a configuration by the rules' own validations.
pub(crate) fn problems(
    rules: &ConfigRules,
    config: &Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Vec<ConfigProblem>, TemplateError> {
    let context = Context::new(config, now);
    let whole = Value::Object(config.clone());
    let mut problems = Vec::new();
    for validation in &rules.validations {
        let found = match &validation.subject {
            Subject::Value(value) => vec![(String::new(), value.evaluate(&context)?)],
            Subject::At(path) => {
                let path = steps(path, &context)?;
                let mut found = Vec::new();
                find(&whole, &path, String::new(), &mut found);
                found
            }
        };
        let schema = match validation.schema.evaluate(&context)? {
            Value::String(text) => serde_json::from_str(&text).unwrap_or_default(),
            schema => schema,
        };
        let schema = jsonschema::validator_for(&schema);
        for (pointer, value) in found {
            let message = match (&schema, parsed(value)) {
                (Err(_), _) => "cannot be checked: its rule is not a JSON Schema".to_owned(),
                (Ok(_), None) => "is not JSON".to_owned(),
                (Ok(schema), Some(value)) => match schema.iter_errors(&value).next() {
                    None => continue,
                    // The library's words, without the value, which may be a secret.
                    Some(error) => error.masked_with("the value").to_string(),
                },
            };
            problems.push(ConfigProblem { pointer, message });
        }
    }
    Ok(problems)
}

/// A text must be JSON itself.
fn parsed(value: Value) -> Option<Value> {
    match value {
        Value::String(text) => serde_json::from_str(&text).ok(),
        value => Some(value),
    }
}

fn one(
    rule: &ConfigRule,
    config: Map<String, Value>,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, TemplateError> {
    let context = Context::new(&config, now);
    let mut target = Value::Object(config);
    match rule {
        ConfigRule::Add { fields, condition } => {
            for field in fields {
                let see = |_: &Template, target: &Value| match target {
                    Value::Object(config) => Context::new(config, now),
                    _ => context.clone(),
                };
                add::add(&mut target, field, condition.as_ref(), see)?;
            }
        }
        ConfigRule::Remove {
            pointers,
            condition,
        } => {
            let is_wanted = condition
                .as_ref()
                .map_or(Ok(true), |condition| condition.condition(&context))?;
            if is_wanted {
                pointers
                    .iter()
                    .for_each(|pointer| remove::matching(&mut target, pointer));
            }
        }
        ConfigRule::Remap { path, map } => {
            let mut place = Some(&mut target);
            for part in path {
                let name = part.string(&context)?;
                place = place.and_then(|place| place.get_mut(&name));
            }
            if let Some(place) = place.filter(|place| !place.is_object() && !place.is_array()) {
                let value = python::str(place);
                let mut pairs = map.headers(&context)?.into_iter();
                if let Some((_, mapped)) = pairs.find(|(from, _)| *from == value) {
                    *place = mapped;
                }
            }
        }
    }
    match target {
        Value::Object(config) => Ok(config),
        _ => Ok(Map::new()),
    }
}

fn steps(path: &[Template], context: &Context) -> Result<Vec<Segment>, TemplateError> {
    path.iter()
        .map(|part| Ok(Segment::new(part.string(context)?)))
        .collect()
}

fn find(node: &Value, path: &[Segment], pointer: String, found: &mut Vec<(String, Value)>) {
    let Some((step, rest)) = path.split_first() else {
        found.push((pointer, node.clone()));
        return;
    };
    match node {
        Value::Object(map) => {
            map.iter()
                .filter(|(name, _)| step.fits(name))
                .for_each(|(name, child)| {
                    find(child, rest, format!("{pointer}/{}", escape(name)), found);
                })
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .filter(|(index, _)| step.fits(&index.to_string()))
            .for_each(|(index, child)| find(child, rest, format!("{pointer}/{index}"), found)),
        _ => {}
    }
}
