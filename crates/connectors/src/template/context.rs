//! What a template can read.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use minijinja::Value;
use minijinja::value::{Enumerator, Object, Serde, ValueKind};

use super::reads::Fields;

/// Where a template stands, which decides the names that it may read. `config` and `parameters`
/// are known everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Nothing but the configuration.
    Config,
    /// How a request carries a session.
    Session,
    /// A part of a request.
    Request,
    /// A part of a request about a job.
    Job,
    /// What comes after an answer.
    Page,
    /// One record.
    Record,
    /// An answer that may be an error.
    Answer,
    /// A field of a schema, as its provider describes it.
    Field,
    /// A component that is made of a template.
    Component,
}

const SLICE: [&str; 3] = ["stream_slice", "stream_interval", "stream_partition"];

impl Names {
    pub(super) fn contains(self, name: &str) -> bool {
        if matches!(name, "config" | "parameters") {
            return true;
        }
        match self {
            Names::Config => false,
            Names::Field => name == "raw_schema",
            Names::Session => name == "session_token",
            Names::Request => name == "next_page_token" || SLICE.contains(&name),
            Names::Job => {
                Names::Request.contains(name)
                    || matches!(
                        name,
                        "creation_response" | "polling_response" | "download_target"
                    )
            }
            Names::Page => {
                matches!(
                    name,
                    "response"
                        | "headers"
                        | "last_record"
                        | "last_page_size"
                        | "page_size"
                        | "last_page_token_value"
                ) || SLICE.contains(&name)
            }
            Names::Record => {
                matches!(
                    name,
                    "record" | "next_page_token" | "value" | "path" | "property"
                ) || SLICE.contains(&name)
            }
            Names::Component => {
                matches!(name, "components_values" | "stream_template_config")
                    || SLICE.contains(&name)
            }
            Names::Answer => matches!(name, "response" | "headers" | "request_url"),
        }
    }
}

/// The values that a template reads. Cheap to clone and to extend.
#[derive(Clone)]
pub struct Context {
    config: Value,
    now: DateTime<Utc>,
    values: Vec<(&'static str, Value)>,
}

impl Context {
    /// A context with the connection's whole configuration, at a time.
    pub fn new(config: &serde_json::Map<String, serde_json::Value>, now: DateTime<Utc>) -> Self {
        Self {
            config: Value::from(Serde(config)),
            now,
            values: Vec::new(),
        }
    }

    /// With one more value; a later one of the same name wins.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &serde_json::Value) -> Self {
        self.set(name, value);
        self
    }

    /// With one more value, of which no more than these fields will be read.
    pub(super) fn with_fields(
        mut self,
        name: &'static str,
        value: &serde_json::Value,
        fields: &Fields,
    ) -> Self {
        let (Fields::Named(fields), serde_json::Value::Object(object)) = (fields, value) else {
            return self.with(name, value);
        };
        let present = fields
            .iter()
            .filter_map(|field| Some((field.as_str(), Value::from(Serde(object.get(field)?)))));
        self.put(name, Value::from_pairs(present));
        self
    }

    /// The value at a path of the configuration.
    pub(crate) fn config_value(&self, path: &[String]) -> Option<serde_json::Value> {
        let mut value = self.config.clone();
        for name in path {
            value = match value.kind() {
                ValueKind::Seq => value.get_item_by_index(name.parse().ok()?).ok()?,
                _ => value.get_attr(name).ok()?,
            };
        }
        if value.is_undefined() {
            return None;
        }
        serde_json::to_value(&value).ok()
    }

    /// Sets a value.
    pub fn set(&mut self, name: &'static str, value: &serde_json::Value) {
        self.put(name, Value::from(Serde(value)));
    }

    fn put(&mut self, name: &'static str, value: Value) {
        match self.values.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.values.push((name, value)),
        }
    }

    pub(super) fn root(&self, parameters: Value) -> Value {
        Value::from_object(Root {
            context: self.clone(),
            parameters,
        })
    }
}

impl std::fmt::Debug for Context {
    /// Names only: the configuration holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list()
            .entries(self.values.iter().map(|(name, _)| name))
            .finish()
    }
}

#[derive(Debug)]
struct Root {
    context: Context,
    parameters: Value,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        let key = match key {
            "config" => return Some(self.context.config.clone()),
            "parameters" => return Some(self.parameters.clone()),
            super::macros::NOW => return Some(Value::from(self.context.now.timestamp_micros())),
            // The three are one mapping.
            "stream_interval" | "stream_partition" => "stream_slice",
            other => other,
        };
        let found = self.context.values.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::NonEnumerable
    }
}
