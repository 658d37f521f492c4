//! Streams that are made of a template, a value each.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::allowance::{Allowance, weight};
use super::discovered::{Discovered, Found};
use super::mapping::{apply, too_large};
use super::parameters::{Winner, propagate, propagate_again};
use super::references::resolve;
use crate::components::resolvers::{ComponentsResolver, StreamConfig, StreamTemplate};
use crate::components::stream::Stream;
use crate::components::{CompileError, Node};
use crate::path::find_one;
use crate::template::{Context, TemplateError};

/// No manifest lists more streams of one template.
const MOST_LISTED: usize = 10_000;

/// No connection has more streams of one template.
pub(crate) const MOST_STREAMS: usize = 1_000;

/// No stream that a configuration or a provider names has a longer name, in characters.
const MOST_OF_A_NAME: usize = 200;

/// A `DynamicDeclarativeStream` of a manifest.
#[derive(Debug)]
pub(crate) struct Dynamic {
    name: String,
    place: String,
    compiled: StreamTemplate,
}

/// Why the streams of a template cannot be told.
#[derive(Debug)]
pub(super) struct Problem {
    /// Where the configuration is to blame: a JSON pointer.
    pub(super) pointer: String,
    pub(super) message: String,
}

impl Dynamic {
    /// Resolves and compiles the template with this index.
    pub(super) fn read(
        index: usize,
        node: &Value,
        root: &Value,
        allowance: &mut Allowance,
    ) -> Result<Self, CompileError> {
        let place = format!("dynamic_streams[{index}]");
        let resolved = resolve(node, root, allowance)
            .and_then(|node| propagate(node, "DeclarativeSource", "dynamic_streams", allowance))
            .map_err(|error| CompileError::Invalid {
                path: place.clone(),
                message: error.to_string(),
            })?;
        Ok(Self {
            name: Self::name_of(index, node),
            compiled: Node::root(&place, &resolved)
                .and_then(|node| StreamTemplate::compile(&node))?,
            place,
        })
    }

    /// How it is named where its streams are not.
    pub(super) fn name_of(index: usize, node: &Value) -> String {
        let name = node.get("name").and_then(Value::as_str);
        let name = name.filter(|name| !name.is_empty());
        name.map_or_else(|| format!("dynamic_streams[{index}]"), str::to_owned)
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// Whether a connection's configuration is needed to tell its streams.
    pub(super) fn needs_connection(&self) -> bool {
        self.compiled.needs_connection()
    }

    /// What a provider is asked for to tell its streams.
    pub(crate) fn asks(&self) -> Option<&Arc<Stream>> {
        match &self.compiled.resolver {
            ComponentsResolver::Http(stream) => Some(stream),
            ComponentsResolver::Config(_) | ComponentsResolver::Parameters(_) => None,
        }
    }

    /// What is in the way of any stream of it, as far as its template tells.
    pub(super) fn unsupported(&self) -> Option<CompileError> {
        let compiled = Node::root(
            &format!("{}.stream_template", self.place),
            &self.compiled.template,
        )
        .and_then(|node| Stream::compile(&self.name, &node, &Value::Null));
        match compiled {
            Err(error @ CompileError::Unsupported { .. }) => Some(error),
            // What is wrong may become right when it is filled in.
            Err(CompileError::Invalid { .. }) | Ok(_) => None,
        }
    }

    /// The streams that the manifest alone tells.
    pub(super) fn listed(&self, allowance: &mut Allowance) -> Result<Vec<Value>, String> {
        let ComponentsResolver::Parameters(values) = &self.compiled.resolver else {
            return Ok(Vec::new());
        };
        if values.len() > MOST_LISTED {
            return Err(format!("it lists more than {MOST_LISTED} streams"));
        }
        let nothing = Context::new(&Map::new(), DateTime::UNIX_EPOCH);
        let made = values.iter().map(|values| {
            let found = Found::of(values.clone());
            self.make(&found, &nothing, allowance)
        });
        made.collect()
    }

    /// The streams that a connection has, by their names; `None` while they are to be found.
    pub(super) fn streams(
        &self,
        context: &Context,
        discovered: &Discovered,
    ) -> Result<Option<Vec<(String, Found)>>, Problem> {
        let values = match &self.compiled.resolver {
            ComponentsResolver::Parameters(values) => {
                values.iter().cloned().map(Found::of).collect()
            }
            ComponentsResolver::Config(configs) => combined(configs, context)?,
            ComponentsResolver::Http(_) => match discovered.of(&self.name) {
                None => return Ok(None),
                Some(found) => found.to_vec(),
            },
        };
        let pointer = self.pointer(context);
        let problem = |message: String| Problem {
            pointer: pointer.clone(),
            message,
        };
        if values.len() > MOST_STREAMS {
            return Err(problem(too_many()));
        }
        let mut names = HashSet::new();
        let mut streams = Vec::with_capacity(values.len());
        for found in values {
            let mut allowance = Allowance::of_a_manifest();
            let made = self.make(&found, context, &mut allowance);
            let name = made.and_then(|made| name_of(&made)).map_err(&problem)?;
            if !names.insert(name.clone()) {
                let message = format!("two streams have the name `{name}`");
                return Err(problem(message));
            }
            streams.push((name, found));
        }
        Ok(Some(streams))
    }

    /// Where in a configuration the values come from.
    pub(super) fn pointer(&self, context: &Context) -> String {
        let ComponentsResolver::Config(configs) = &self.compiled.resolver else {
            return String::new();
        };
        let first = configs.first().map(|config| path(config, context));
        pointer_of(&first.and_then(Result::ok).unwrap_or_default())
    }

    /// The stream that a value makes of the template.
    pub(super) fn make(
        &self,
        found: &Found,
        context: &Context,
        allowance: &mut Allowance,
    ) -> Result<Value, String> {
        let template = &self.compiled.template;
        allowance.take(weight(template)).map_err(too_large)?;
        let context = context
            .clone()
            .with("components_values", &found.values)
            .with("stream_slice", &found.slice)
            .with("stream_template_config", template);
        let mut stream = template.clone();
        for mapping in &self.compiled.mappings {
            apply(mapping, &mut stream, &context, allowance)?;
        }
        let winner = match self.compiled.outer_parameters_win {
            true => Winner::Outer,
            false => Winner::Inner,
        };
        propagate_again(stream, "DeclarativeSource", "streams", winner, allowance)
            .map_err(|error| error.to_string())
    }
}

pub(crate) fn too_many() -> String {
    format!("there are more than {MOST_STREAMS} streams")
}

fn name_of(stream: &Value) -> Result<String, String> {
    let name = match stream.get("name") {
        // An empty text, read as YAML, is nothing.
        None | Some(Value::Null) => "",
        Some(Value::String(name)) => name,
        Some(other) => {
            let kind = kind(other);
            return Err(format!("the name of a stream must be a text, not {kind}"));
        }
    };
    if name.trim().is_empty() {
        return Err("the name of a stream must not be empty".to_owned());
    }
    if name.chars().count() > MOST_OF_A_NAME {
        let begin: String = name.chars().take(40).collect();
        return Err(format!(
            "the name of a stream, `{begin}…`, must have at most {MOST_OF_A_NAME} characters"
        ));
    }
    if name.chars().any(char::is_control) {
        return Err("the name of a stream must not hold control characters".to_owned());
    }
    Ok(name.to_owned())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Every combination of the values of some lists; what is no object stands below a name of its
/// place, with its index.
fn combined(configs: &[StreamConfig], context: &Context) -> Result<Vec<Found>, Problem> {
    let mut combinations = vec![Map::new()];
    for (place, config) in configs.iter().enumerate() {
        let values = listed_values(config, context)?;
        if combinations.len().saturating_mul(values.len()) > MOST_STREAMS {
            return Err(Problem {
                pointer: pointer_of(&path(config, context)?),
                message: too_many(),
            });
        }
        let with = |begun: &Map<String, Value>, index: usize, value: &Value| {
            let mut combination = begun.clone();
            match value {
                Value::Object(fields) => combination.extend(fields.clone()),
                other => {
                    let name = format!("source_config_{place}");
                    combination.entry(name).or_insert(json!([index, other]));
                }
            }
            combination
        };
        combinations = combinations
            .iter()
            .flat_map(|begun| {
                let values = values.iter().enumerate();
                values.map(|(index, value)| with(begun, index, value))
            })
            .collect();
    }
    let combinations = combinations.into_iter();
    Ok(combinations
        .map(|values| Found::of(values.into()))
        .collect())
}

fn listed_values(config: &StreamConfig, context: &Context) -> Result<Vec<Value>, Problem> {
    let path = path(config, context)?;
    let whole = context.config_value(&[]).unwrap_or_default();
    let found = find_one(&whole, &path).map_err(|_| Problem {
        pointer: String::new(),
        message: format!("the path {} leads to several values", path.join(".")),
    })?;
    let mut values = match found {
        None => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(other) => vec![other.clone()],
    };
    values.extend(config.defaults.iter().cloned());
    Ok(values)
}

fn path(config: &StreamConfig, context: &Context) -> Result<Vec<String>, Problem> {
    let parts = config.pointer.iter().map(|part| part.string(context));
    parts
        .collect::<Result<_, TemplateError>>()
        .map_err(|error| Problem {
            pointer: String::new(),
            message: error.to_string(),
        })
}

fn pointer_of(path: &[String]) -> String {
    let parts = path.iter().map(|part| {
        let part = part.replace('~', "~0").replace('/', "~1");
        format!("/{part}")
    });
    parts.collect()
}

#[cfg(test)]
mod tests;
